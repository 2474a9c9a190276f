// Hosts that join a local Service: nothing keeps clients from speaking mTLS to the other mesh's endpoint.
import type { Finding } from "../../../core/finding.ts";
import { isJsonObject, type Json } from "../../../core/json.ts";
import { type KubeObject, refText } from "../../../core/object-ref.ts";
import { groupBy } from "../../../core/order.ts";
import { valueAt } from "../../../core/pointer.ts";
import type { Cluster } from "../../../inventory/cluster.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import type { JoinLocal } from "../../../routes/route.ts";
import { joinWithoutMtls } from "../../codes/routes.ts";
import type { Check } from "../check.ts";

const kind = "PeerAuthentication.security.istio.io";

const run: Check["run"] = ({ inventory, target }) =>
  [...groupBy(target.carried, ({ route }) => route.id).values()].flatMap((group) => {
    const [first] = group;
    if (!first?.join) return [];
    const { join, route, importer } = first;
    const facts = { host: route.host, importer: route.importer, service: refText(join.service) };
    return withoutMtls(clusterOf(inventory, importer.mesh), importer.mesh, join, facts);
  });

/**
 * istiod lets clients speak plain text to an endpoint of which a PeerAuthentication of its namespace says DISABLE, and then leaves
 * out what lies behind a gateway, which needs mTLS (Istio 1.20, pilot/pkg/xds/endpoints/mtls_checker.go and ep_filters.go).
 * Our endpoint carries the labels of the local pods, so what is said of them is said of it.
 */
function withoutMtls(
  cluster: Cluster,
  mesh: Mesh,
  join: JoinLocal,
  facts: { readonly host: string; readonly importer: string; readonly service: string },
): Finding[] {
  const policies = cluster.byKind.get(kind) ?? [];
  const near = policies.filter(
    ({ ref }) => ref.namespace === join.service.namespace && join.service.namespace !== mesh.namespace,
  );
  const ofMesh = near.some((policy) => selectorOf(policy) === null)
    ? []
    : policies.filter((policy) => policy.ref.namespace === mesh.namespace && selectorOf(policy) === null);
  return [...near, ...ofMesh]
    .filter((policy) => selects(policy, join.selector) && isOff(policy))
    .map(({ ref }) => joinWithoutMtls.at([ref, join.service], { ...facts, policy: refText(ref) }));
}

/** null: for the whole namespace. */
function selectorOf({ body }: KubeObject): Readonly<Record<string, Json>> | null {
  const labels = valueAt(body, "/spec/selector/matchLabels");
  return isJsonObject(labels) && Object.keys(labels).length > 0 ? labels : null;
}

function selects(policy: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selectorOf(policy) ?? {}).every(([key, value]) => labels[key] === value);
}

function isOff({ body }: KubeObject): boolean {
  const ports = valueAt(body, "/spec/portLevelMtls");
  const modes = isJsonObject(ports) ? Object.values(ports).map((port) => valueAt(port, "/mode")) : [];
  return [valueAt(body, "/spec/mtls/mode"), ...modes].includes("DISABLE");
}

export const joins: Check = {
  fact: "Clients can speak mTLS to every endpoint that joins a local Service",
  codes: [joinWithoutMtls],
  reads: [kind],
  run,
};
