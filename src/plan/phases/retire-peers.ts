// retire-peers: all peers of linked meshes go at once; then proof with fresh proxies; then the federation gateways.
import { all, type Condition } from "../../conditions/condition.ts";
import { certificateHashes } from "../../core/certificates.ts";
import type { StepId } from "../../core/ids.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { refKey, type ObjectRef } from "../../core/object-ref.ts";
import { sortedBy, sortedUnique } from "../../core/order.ts";
import { pointer, valueAt, withValueAt } from "../../core/pointer.ts";
import { federationGateways, gatewayNamespace } from "../../federation/gateways.ts";
import { peerRootLocation } from "../../federation/link-facts.ts";
import { findTyped } from "../../inventory/cluster.ts";
import { clusterOf, type Mesh, refIn } from "../../inventory/mesh.ts";
import { ownRoots, rootConfigMap, rootKey } from "../../inventory/roots.ts";
import { editsBetween, inverted, patchOf, withoutValueAt } from "../edits.ts";
import { federationSets } from "../federation-sets.ts";
import { makeStep, minuteMs, resyncMs } from "../make-step.ts";
import type { Phase, Step } from "../plan.ts";
import { type PlanContext, probesOf } from "../plan-context.ts";
import { proxyWorkloads, restartable } from "../proxy-workloads.ts";
import { idsOf } from "./export.ts";
import { restartIstiod } from "./trust.ts";

export function retirePeersPhase(context: PlanContext): Phase {
  const probes = probesOf(context);
  const sets = [...federationSets(context, "ExportedServiceSet"), ...federationSets(context, "ImportedServiceSet")];
  return {
    id: "retire-peers",
    gate: all(
      ...sets.map(({ ref }): Condition => ({ kind: "absent", ref })),
      ...probes.map((group): Condition => ({ kind: "reachable", probes: group, fresh: false })),
    ),
    steps: [
      ...(context.retirableGroups ?? []).flatMap((group) => groupSteps(context, group)),
      ...peerlessGroups(context).flatMap((group) => remainingSteps(context, group)),
    ],
    verify: probes,
    reversible: false,
  };
}

/** The meshes of one group: joined by links, so that a peer of one lacks its other end as soon as another's are gone. */
function groupSteps(context: PlanContext, group: readonly Mesh[]): Step[] {
  const peers = sortedBy(
    group.flatMap((mesh) => mesh.peers.map(({ ref }) => ref)),
    refKey,
  );
  if (peers.length === 0) return [];
  const about = group.map(({ id }) => id).join("+");
  const confirm = makeStep({
    phase: "retire-peers",
    about,
    title: "Confirm: the peers go, and federation with them",
    action: { do: "confirm", loses: peers },
    rule: "retire.confirm",
  });
  const together = makeStep({
    phase: "retire-peers",
    about,
    title: `Delete the ${peers.length} peers at once, both ends of every link`,
    action: { do: "delete-together", refs: peers, withinMs: resyncMs / 2 },
    rule: "retire.peers-together",
    after: [confirm.id],
    done: all(...peers.map((ref): Condition => ({ kind: "absent", ref }))),
    undo: { how: "restore", also: [] },
  });
  const proven = proofSteps(context, group, about, [together.id]);
  const after = proven.slice(-1).map(({ id }) => id);
  return [confirm, together, ...proven, ...group.flatMap((mesh) => leftovers(context, mesh, after))];
}

/** What is left of a group whose peers an earlier run has deleted; whether it came to the proof, objects do not show. */
function remainingSteps(context: PlanContext, group: readonly Mesh[]): Step[] {
  if (group.every((mesh) => leftovers(context, mesh, []).length === 0)) return [];
  const proven = proofSteps(context, group, group.map(({ id }) => id).join("+"), []);
  const after = proven.slice(-1).map(({ id }) => id);
  return [...proven, ...group.flatMap((mesh) => leftovers(context, mesh, after))];
}

/** Meshes without any peer that share carried routes, each group sorted. */
function peerlessGroups(context: PlanContext): Mesh[][] {
  const left = new Set(context.participants.filter(({ peers }) => peers.length === 0));
  const groups: Mesh[][] = [];
  for (const mesh of left) {
    const group = new Set<Mesh>([mesh]);
    // A set's loop also visits what is added while it runs.
    for (const member of group)
      for (const partner of context.partnersOf(member)) if (left.has(partner)) group.add(partner);
    for (const member of group) left.delete(member);
    groups.push(context.participants.filter((each) => group.has(each)));
  }
  return groups;
}

/**
 * Running proxies keep what they trust in memory when the peers are gone; fresh ones do not (seen on Maistra 2.5). So
 * nothing is proven before istiod and proxies have been restarted.
 */
function proofSteps(context: PlanContext, group: readonly Mesh[], about: string, after: readonly StepId[]): Step[] {
  // Without a link none needs another one's istiod.
  const steps = group.map((mesh) =>
    restartIstiod(context, mesh, { phase: "retire-peers", after, rule: "retire.fresh-proxies" }),
  );
  const last = idsOf(steps);
  const restarts = context.options.restartProxies
    ? group
        .flatMap((mesh) =>
          restartable(proxyWorkloads(context, mesh)).filter(({ namespace }) => namespace !== mesh.namespace),
        )
        .map((workload) =>
          makeStep({
            phase: "retire-peers",
            title: `Restart ${workload.kind} ${workload.namespace}/${workload.name}, to prove it with a fresh proxy`,
            action: { do: "restart", workload },
            rule: "retire.fresh-proxies",
            after: last,
            done: { kind: "rolled-out", ref: workload },
            timeoutMs: 15 * minuteMs,
          }),
        )
    : [];
  const probes = probesOf(
    context,
    context.importers.filter(({ id }) => group.some((mesh) => mesh.id === id)),
  );
  const proof = makeStep({
    phase: "retire-peers",
    about: `proof/${about}`,
    title: "See that freshly started clients get through without the peers",
    action: { do: "wait" },
    rule: "retire.fresh-proxies",
    after: restarts.length > 0 ? idsOf(restarts) : last,
    done: all(
      ...group.flatMap(({ peers }) => peers.map(({ ref }): Condition => ({ kind: "absent", ref }))),
      ...probes.map((each): Condition => ({ kind: "reachable", probes: each, fresh: true })),
    ),
    timeoutMs: 10 * minuteMs,
  });
  return [...steps, ...restarts, proof];
}

/** What the peers leave behind: their gateways in the control plane, and the ConfigMaps with the remote roots. */
function leftovers(context: PlanContext, mesh: Mesh, after: readonly StepId[]): Step[] {
  const { ref, object } = mesh.controlPlane;
  const names = retiredGateways(mesh);
  const edits = editsBetween(object.body, withoutGateways(mesh, names));
  const patch =
    edits.length === 0
      ? []
      : [
          makeStep({
            phase: "retire-peers",
            title: `Remove the federation gateways from the control plane ${mesh.id}`,
            action: { do: "patch", ref, ops: patchOf(edits) },
            rule: "retire.gateways-last",
            after,
            expect: "guarded",
            done: all(
              { kind: "status", ref, type: "Ready", status: "True" },
              ...gatewayServices(mesh, names).map((service): Condition => ({ kind: "absent", ref: service })),
            ),
            timeoutMs: 15 * minuteMs,
            undo: { how: "actions", actions: [{ do: "patch", ref, ops: patchOf(inverted(edits)) }] },
          }),
        ];
  const configMaps = trustConfigMaps(context, mesh).map((configMap) =>
    makeStep({
      phase: "retire-peers",
      title: `Delete ConfigMap ${configMap.namespace}/${configMap.name}, the root that a peer named`,
      action: { do: "delete", ref: configMap },
      rule: "retire.gateways-last",
      after,
      done: { kind: "absent", ref: configMap },
      undo: { how: "restore", also: [] },
    }),
  );
  return [...patch, ...configMaps];
}

type GatewayNames = ReturnType<typeof federationGateways>;

/**
 * The gateways that the peers name. Where no peer is left to name them, those that were made for federation: their Service
 * says for which peer, or they declare a network view, as no other gateway does (OSSM 2 federation guide; maistra/api v2,
 * GatewayConfig.requestedNetworkView).
 */
function retiredGateways(mesh: Mesh): GatewayNames {
  if (mesh.peers.length > 0) return federationGateways(mesh);
  const { additionalIngress, additionalEgress } = mesh.controlPlane.view.spec.gateways;
  const made = (gateways: typeof additionalIngress): string[] =>
    sortedUnique(Object.keys(gateways)).filter((name) => {
      const gateway = Object.hasOwn(gateways, name) ? gateways[name] : undefined;
      const labels = Object.keys(gateway?.service.metadata.labels ?? {});
      return (
        (gateway?.requestedNetworkView.length ?? 0) > 0 ||
        labels.some((label) => /^federation\.maistra\.io\/(?:in|e)gress-for$/u.test(label))
      );
    });
  return { ingress: made(additionalIngress), egress: made(additionalEgress) };
}

/** The control plane without these additional gateways; maps that are empty then go as well. */
function withoutGateways(mesh: Mesh, names: GatewayNames): Json {
  let body: Json = mesh.controlPlane.object.body;
  for (const [field, gateways] of [
    ["additionalIngress", names.ingress],
    ["additionalEgress", names.egress],
  ] as const) {
    const path = pointer("spec", "gateways", field);
    const declared = valueAt(body, path);
    if (!isJsonObject(declared) || !gateways.some((name) => Object.hasOwn(declared, name))) continue;
    let rest: Json = declared;
    for (const name of gateways) rest = withoutValueAt(rest, pointer(name));
    const empty = isJsonObject(rest) && Object.keys(rest).length === 0;
    body = empty ? withoutValueAt(body, path) : withValueAt(body, path, rest);
  }
  return body;
}

function gatewayServices(mesh: Mesh, names: GatewayNames): ObjectRef[] {
  const spec = mesh.controlPlane.view.spec.gateways;
  const service = (kind: "ingress" | "egress", name: string): ObjectRef =>
    refIn(mesh.cluster, "", "Service", gatewayNamespace(mesh, kind, name), name);
  return [
    ...names.ingress
      .filter((name) => Object.hasOwn(spec.additionalIngress, name))
      .map((name) => service("ingress", name)),
    ...names.egress.filter((name) => Object.hasOwn(spec.additionalEgress, name)).map((name) => service("egress", name)),
  ];
}

function trustConfigMaps(context: PlanContext, mesh: Mesh): ObjectRef[] {
  const cluster = clusterOf(context.inventory, mesh);
  const refs = mesh.peers.flatMap((peer) => {
    const { name } = peerRootLocation(peer);
    // Meshes with one root may let a peer name istiod's own ConfigMap, which every proxy of the namespace mounts.
    const configMap = name === rootConfigMap ? undefined : findTyped(cluster, "ConfigMap", peer.ref.namespace, name);
    return configMap ? [configMap.ref] : [];
  });
  if (mesh.peers.length === 0) refs.push(...strayRoots(context, mesh));
  return sortedBy(new Map(refs.map((ref) => [refKey(ref), ref])).values(), refKey);
}

/** Where no peer is left to name them: ConfigMaps of a peer's usual name that hold roots of partners and nothing else. */
function strayRoots(context: PlanContext, mesh: Mesh): ObjectRef[] {
  const roots = ownRoots(context.inventory.meshes);
  const foreign = new Set(context.partnersOf(mesh).flatMap(({ id }) => (roots.get(id) ?? []).map(({ hash }) => hash)));
  const configMaps = clusterOf(context.inventory, mesh).typed.ConfigMap;
  return configMaps.flatMap(({ ref, view }) => {
    if (ref.namespace !== mesh.namespace || ref.name === rootConfigMap || !ref.name.endsWith("-ca-root-cert"))
      return [];
    const held = certificateHashes(view.data[rootKey] ?? "");
    return held.length > 0 && held.every((hash) => foreign.has(hash)) ? [ref] : [];
  });
}
