// What federation kept from a linked mesh stays kept from it.
import { refKey } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { carriedRoutes } from "../../../target/generate-target.ts";
import { isolationLost } from "../../codes/plan.ts";
import type { Check } from "../check.ts";

/** Passthrough enforces nothing: whoever presents a certificate of a trusted root gets in (Istio AUTO_PASSTHROUGH gateways do not authenticate). */
export const isolation: Check = (input) => {
  const carried = carriedRoutes(input.routes, input.target.places);
  return [...groupBy(carried, ({ exporter }) => exporter.mesh.id).values()].flatMap((group) => {
    const mesh = group[0]?.exporter.mesh;
    if (!mesh) return [];
    // A mesh is trusted as soon as a route joins the two, in either direction.
    const trusted = sortedUnique(
      carried.flatMap(({ importer, exporter }) =>
        exporter.mesh.id === mesh.id ? [importer.mesh.id] : importer.mesh.id === mesh.id ? [exporter.mesh.id] : [],
      ),
    );
    const exportedTo = groupBy(
      input.federation.exports.filter(({ exporter }) => exporter === mesh.id),
      ({ service }) => refKey(service),
    );
    const services = [...groupBy(group, ({ exported }) => refKey(exported.service))]
      .filter(([key]) => {
        const allowed = new Set((exportedTo.get(key) ?? []).map(({ importer }) => importer));
        return trusted.some((id) => !allowed.has(id));
      })
      .map(([, [first]]) => (first ? `${first.exported.service.namespace}/${first.exported.service.name}` : ""));
    if (services.length === 0) return [];
    const shown =
      services.length > 3 ? `${services.slice(0, 3).join(", ")} and ${services.length - 3} more` : services.join(", ");
    return [isolationLost.at([mesh.controlPlane.ref], { mesh: mesh.id, services: shown, trusted: trusted.join(", ") })];
  });
};
