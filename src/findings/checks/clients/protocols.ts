// What the shift means for ports that are not plainly HTTP: said once for each importer, before anybody notices.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import type { Port } from "../../../federation/federation.ts";
import type { Mesh } from "../../../inventory/mesh.ts";
import type { Route } from "../../../routes/route.ts";
import { connectionsCutOnce, protocolNotDeclared } from "../../codes/clients.ts";
import type { Check } from "../check.ts";

/** Protocols whose requests are told apart by their host, whatever the address (Istio 1.20, pkg/config/protocol/instance.go, IsHTTP). */
const http: ReadonlySet<string> = new Set(["HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-Web"]);
const undeclared = "UnsupportedProtocol";

const run: Check["run"] = ({ target }) =>
  [...groupBy(target.carried, ({ importer }) => importer.mesh.id).values()].flatMap((group) => {
    const mesh = group[0]?.importer.mesh;
    if (!mesh) return [];
    const own = [...new Map(group.map(({ route }) => [route.id, route])).values()];
    return [
      ...counted(connectionsCutOnce, mesh, own, ({ protocol }) => protocol !== undeclared && !http.has(protocol)),
      ...counted(protocolNotDeclared, mesh, own, ({ protocol }) => protocol === undeclared),
    ];
  });

function counted(
  code: typeof connectionsCutOnce,
  mesh: Mesh,
  routes: readonly Route[],
  counts: (port: Port) => boolean,
): Finding[] {
  const found = routes.flatMap((route) =>
    route.ports.filter(counts).map((port) => ({ host: route.host, text: `${port.number} ${port.name || "unnamed"}` })),
  );
  if (found.length === 0) return [];
  const hosts = new Set(found.map(({ host }) => host)).size;
  const ports = fewNames(sortedUnique(found.map(({ text }) => text)));
  return [code.at([mesh.controlPlane.ref], { importer: mesh.id, hosts, total: routes.length, ports })];
}

export const protocols: Check = {
  fact: "What is not HTTP is known before the shift",
  codes: [connectionsCutOnce, protocolNotDeclared],
  reads: [],
  run,
};
