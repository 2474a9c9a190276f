// The source address that firewalls between the clusters see stays what it is.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { federationGatewayPods } from "../../../federation/gateway-pods.ts";
import { ingressService } from "../../../federation/gateways.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import { clientGroups } from "../../../target/client-groups.ts";
import { type EgressIpUse, egressIpUses, routersTo } from "../../../target/egress-sources.ts";
import { importerClients } from "../../../target/importer-clients.ts";
import { egressIpChanges, egressRouterBypassed } from "../../codes/egress.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  return [...groupBy(carried, ({ importer }) => importer.mesh.id).values()].flatMap((group) =>
    ofImporter(input, group),
  );
};

function ofImporter(input: CheckInput, group: readonly CarriedRoute[]): Finding[] {
  const clients = importerClients(input.inventory, group, input.podsOf);
  const { mesh, cluster, pods } = clients;
  const gateways = federationGatewayPods(mesh, pods).filter(({ kind }) => kind === "egress");
  const facts = {
    importer: mesh.id,
    exporters: fewNames(sortedUnique(group.map(({ exporter }) => exporter.mesh.id))),
  };
  const changed = egressIpUses(cluster, gateways, clientGroups(clients)).filter(
    // Gateway and clients alike: whoever knows the address knows all of them.
    ({ today, without }) => !(today && without.length === 0),
  );
  return [
    ...changed.map((use) =>
      egressIpChanges.at([use.egressIp.ref], {
        ...facts,
        ...texts(use),
        egressIp: refText(use.egressIp.ref, false),
        addresses: use.egressIp.view.spec.egressIPs.join(", "),
      }),
    ),
    ...routersTo(cluster, federationAddresses(input, group)).map(({ router, destinations }) =>
      egressRouterBypassed.at([router], {
        importer: mesh.id,
        router: refText(router, false),
        destinations: destinations.join(", "),
      }),
    ),
  ];
}

function texts(use: EgressIpUse): { readonly today: string; readonly afterwards: string } {
  return {
    today: use.today ? "federation's egress gateway has it today" : "federation's egress gateway has it not",
    afterwards:
      use.with.length === 0
        ? "no client will have it"
        : `clients in ${fewNames(use.with)} will have it${use.without.length > 0 ? `, those in ${fewNames(use.without)} not` : ""}`,
  };
}

/** Where the importer's peers dial today, and where the exporters' federation ingress really answers. */
function federationAddresses({ inventory, federation }: CheckInput, group: readonly CarriedRoute[]): string[] {
  const mesh = group[0]?.importer.mesh;
  const links = new Set(group.map(({ exported }) => exported.link));
  const peers = new Set(
    federation.links.filter(({ id }) => links.has(id)).flatMap(({ ends }) => ends.map(({ peer }) => refKey(peer))),
  );
  const claimed = (mesh?.peers ?? [])
    .filter(({ ref }) => peers.has(refKey(ref)))
    .flatMap(({ view }) => view.spec.remote.addresses);
  const exporters = [...new Set(group.map(({ exporter }) => exporter.mesh))];
  const actual = exporters.flatMap((exporter) => {
    const cluster = clusterOf(inventory, exporter);
    return exporter.peers
      .filter(({ ref }) => peers.has(refKey(ref)))
      .flatMap((peer) => {
        const service = ingressService(cluster, exporter, peer);
        return (service?.view.status.loadBalancer.ingress ?? []).flatMap(({ ip, hostname }) => [ip, hostname]);
      });
  });
  return sortedUnique([...claimed, ...actual].filter((address) => address !== ""));
}

export const egressSource: Check = {
  fact: "Firewalls between the clusters see the clients under the source addresses that they know",
  codes: [egressIpChanges, egressRouterBypassed],
  reads: [
    "EgressIP.k8s.ovn.org",
    "EgressRouter.network.operator.openshift.io",
    "Gateway.networking.istio.io",
    "Namespace",
    "Service",
    "VirtualService.networking.istio.io",
  ],
  run,
};
