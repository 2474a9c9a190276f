// No policy keeps the clients' pods from the gateways of the other meshes, which only federation's egress gateway had to reach until now.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { isAddress, rangeOf } from "../../../core/ip-range.ts";
import type { Json } from "../../../core/json.ts";
import { refKey, refText } from "../../../core/object-ref.ts";
import { groupBy, sortedBy, sortedUnique } from "../../../core/order.ts";
import { clusterOf } from "../../../inventory/mesh.ts";
import type { CarriedRoute } from "../../../target/carried-routes.ts";
import {
  type Judgement,
  type Restricting,
  type Restriction,
  restrictionsOf,
} from "../../../target/egress-restrictions.ts";
import { gatewayDestination } from "../../../target/gateway-destination.ts";
import { nodePorts, type OutsideDestination } from "../../../policies/egress-verdict.ts";
import { importerClients } from "../../../target/importer-clients.ts";
import type { Places } from "../../../target/places.ts";
import { clientGroups } from "../../../target/client-groups.ts";
import {
  adminPolicyCloses,
  adminPolicyUndecided,
  egressFirewallCloses,
  egressFirewallUndecided,
  networkPolicyClosesEgress,
  networkPolicyEgressUndecided,
} from "../../codes/egress.ts";
import type { Check, CheckInput } from "../check.ts";

const run: Check["run"] = (input) => {
  const carried = input.target.carried;
  return [...groupBy(carried, ({ importer }) => importer.mesh.id).values()].flatMap((group) =>
    ofImporter(input, group),
  );
};

interface Found {
  readonly namespace: string;
  readonly exporter: Places;
  readonly to: OutsideDestination;
  readonly judgement: Judgement;
}

function ofImporter(input: CheckInput, group: readonly CarriedRoute[]): Finding[] {
  const clients = importerClients(input.inventory, group, input.podsOf);
  const judge = restrictionsOf(clusterOf(input.inventory, clients.mesh));
  const exporters = new Map(group.map(({ exporter }) => [exporter.mesh.id, exporter]));
  const ways = [...exporters.values()].map((exporter) => ({
    exporter,
    to: gatewayDestination(input.inventory, input.target.gateways, exporter, clients.mesh),
  }));
  const found = clientGroups(clients).flatMap(({ namespace, labels }) =>
    ways.flatMap(({ exporter, to }) =>
      judge(namespace, labels, to).map((judgement): Found => ({ namespace, exporter, to, judgement })),
    ),
  );
  const alike = groupBy(found, ({ namespace, to, judgement: { restriction, verdict, by } }) =>
    [namespace, restriction, verdict, to.port, ...by.map(({ ref }) => refKey(ref))].join("|"),
  );
  return [...alike.values()].flatMap((same) => findingOf(input, group, same));
}

const codes = {
  network: { closed: networkPolicyClosesEgress, undecided: networkPolicyEgressUndecided },
  admin: { closed: adminPolicyCloses, undecided: adminPolicyUndecided },
} as const;

function findingOf(input: CheckInput, group: readonly CarriedRoute[], same: readonly Found[]): Finding[] {
  const [first] = same;
  const importer = group[0]?.importer.mesh;
  const by = first?.judgement.by[0];
  if (!first || !importer || !by) return [];
  const { restriction, verdict, by: policies } = first.judgement;
  const exporters = [...new Map(same.map(({ exporter }) => [exporter.mesh.id, exporter])).values()];
  const { port } = first.to;
  const facts = {
    namespace: first.namespace,
    importer: importer.id,
    exporters: fewNames(sortedUnique(exporters.map(({ mesh }) => mesh.id))),
    port: port === null ? "TCP, at the node port that Kubernetes will give" : `TCP port ${port}`,
    federation: fewNames(federationAddresses(input, group, exporters)) || "not known",
    command: commandFor(restriction, by, rangesOf(same.map(({ to }) => to)), port),
  };
  const subjects = policies.map(({ ref }) => ref);
  if (restriction === "firewall") {
    const code = verdict === "closed" ? egressFirewallCloses : egressFirewallUndecided;
    return [code.at(subjects, { ...facts, firewall: refText(by.ref, false) })];
  }
  const names = policies.map(({ ref }) => (restriction === "network" ? ref.name : refText(ref, false)));
  return [codes[restriction][verdict].at(subjects, { ...facts, policies: fewNames(names) })];
}

/** The ranges of the gateways' addresses; null where one of them is not known, or goes by a name. */
function rangesOf(ways: readonly OutsideDestination[]): readonly string[] | null {
  const addresses = ways.flatMap((way) => way.addresses ?? [""]);
  return addresses.every(isAddress) ? sortedUnique(addresses.map(rangeOf)) : null;
}

/** Where the importer's peers dial the exporters today. */
function federationAddresses(
  { federation }: CheckInput,
  group: readonly CarriedRoute[],
  exporters: readonly Places[],
): string[] {
  const ids = new Set<string>(exporters.map(({ mesh }) => mesh.id));
  const mesh = group[0]?.importer.mesh;
  const links = federation.links.filter(
    ({ ends }) => ends.some((end) => end.mesh === mesh?.id) && ends.some((end) => ids.has(end.mesh)),
  );
  const peers = new Set(links.flatMap(({ ends }) => ends.map(({ peer }) => refKey(peer))));
  return sortedUnique(
    (mesh?.peers ?? []).filter(({ ref }) => peers.has(refKey(ref))).flatMap(({ view }) => view.spec.remote.addresses),
  );
}

/**
 * The whole of IPv4 stands for what is not known yet where a rule can name the port; where it cannot, ADDRESS does. All node
 * ports stand for one that is not known; an EgressFirewall's rule has no ranges, and so none.
 */
function commandFor(
  restriction: Restriction,
  { ref, rules }: Restricting,
  known: readonly string[] | null,
  port: number | null,
): string {
  const ranges = known ?? ["0.0.0.0/0"];
  const patch = (path: string, value: Json): string => {
    const place = ref.namespace === null ? "" : ` -n ${ref.namespace}`;
    // kubectl takes "KIND.GROUP" for the kinds of every API group.
    const kind = `${ref.kind}.${ref.group}`.toLowerCase();
    const ops = rules === 0 ? { op: "add", path: "/spec/egress", value: [value] } : { op: "add", path, value };
    return `kubectl patch ${kind} ${ref.name}${place} --type json -p '${JSON.stringify([ops])}'`;
  };
  const { first: start, last: end } = nodePorts;
  if (restriction === "network") {
    const single = port === null ? { port: start, endPort: end } : { port };
    const to = ranges.map((cidr) => ({ ipBlock: { cidr } }));
    return patch("/spec/egress/-", { to, ports: [{ protocol: "TCP", ...single }] });
  }
  if (restriction === "admin") {
    const ports = [
      port === null ? { portRange: { protocol: "TCP", start, end } } : { portNumber: { protocol: "TCP", port } },
    ];
    return patch("/spec/egress/0", { name: "east-west", action: "Allow", to: [{ networks: ranges }], ports });
  }
  const withPorts = ref.kind === "EgressFirewall" && port !== null;
  const commands = (known ?? [withPorts ? "0.0.0.0/0" : "ADDRESS/32"]).map((cidrSelector) =>
    patch("/spec/egress/0", {
      type: "Allow",
      to: { cidrSelector },
      ...(withPorts ? { ports: [{ protocol: "TCP", port }] } : {}),
    }),
  );
  return sortedBy(commands, (command) => command).join("; ");
}

export const egress: Check = {
  fact: "No policy keeps the clients from the gateways of the other meshes",
  codes: [
    adminPolicyCloses,
    adminPolicyUndecided,
    egressFirewallCloses,
    egressFirewallUndecided,
    networkPolicyClosesEgress,
    networkPolicyEgressUndecided,
  ],
  reads: [
    "AdminNetworkPolicy.policy.networking.k8s.io",
    "BaselineAdminNetworkPolicy.policy.networking.k8s.io",
    "EgressFirewall.k8s.ovn.org",
    "EgressNetworkPolicy.network.openshift.io",
    "Gateway.networking.istio.io",
    "Namespace",
    "NetworkPolicy.networking.k8s.io",
    "Service",
    "VirtualService.networking.istio.io",
  ],
  run,
};
