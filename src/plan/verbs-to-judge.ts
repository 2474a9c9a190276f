// What looking at conditions takes: the judge itself is asked, and whatever it wants to know becomes verbs.
import { all, type Condition } from "../conditions/condition.ts";
import type { Facts } from "../conditions/facts.ts";
import { judge, partsOf } from "../conditions/judge.ts";
import { indexPlan, type PlanIndex } from "../conditions/planned.ts";
import type { ClusterId } from "../core/ids.ts";
import { type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import { isSecret, ofPods, type Permission, permission } from "./permission.ts";
import type { Plan } from "./plan.ts";

export function verbsToJudge(conditions: readonly Condition[], plan: Plan): Permission[] {
  const index = withFewRoutes(indexPlan(plan));
  const found: Permission[] = [];
  const facts = noting(found);
  const judged = new Set<string>();
  for (const part of conditions.flatMap(partsOf)) {
    const few: Condition = part.kind === "gateway-exposes" ? { ...part, hosts: [] } : part;
    const key = JSON.stringify(few);
    if (judged.has(key)) continue;
    judged.add(key);
    judge(all(few), facts, index);
    // What is asked of proxies only once they have said where to ask.
    if (part.kind === "gateway-exposes") found.push(...inPods(part.gateway, "portforward"));
    if (part.kind === "egress-open")
      for (const client of index.probes.get(part.probes)?.clients ?? []) found.push(...inPods(client, "exec"));
  }
  return found;
}

/**
 * Notes what each fact takes, once for each object, and answers so that the judge goes on asking: everything is there, and says
 * nothing.
 */
function noting(found: Permission[]): Facts {
  const noted = new Map<string, Set<ObjectRef>>();
  const once = (fact: string, ref: ObjectRef, verbs: () => readonly Permission[]): void => {
    // By identity: of the pairs of a group, millions perhaps, few clients are the ends.
    const known = noted.get(fact) ?? new Set();
    noted.set(fact, known);
    if (known.has(ref)) return;
    known.add(ref);
    found.push(...verbs());
  };
  const ofObject = (ref: ObjectRef): void => once("object", ref, () => toSee(ref));
  const ofPodsOf = (workload: ObjectRef): void => {
    ofObject(workload);
    once("pods", workload, () => [
      ofPods(workload, "list", "ask"),
      { ...ofPods(workload, "watch", "ask"), optional: true },
    ]);
  };
  const ofProxies = (workload: ObjectRef): void => {
    ofPodsOf(workload);
    once("exec", workload, () => inPods(workload, "exec"));
  };
  const nodes = new Set<ClusterId>();
  return {
    object: (ref) => {
      ofObject(ref);
      return { ref, apiVersion: "", origin: { cluster: ref.cluster }, body: {} };
    },
    pods: (workload) => {
      ofPodsOf(workload);
      return [];
    },
    nodes: (cluster) => {
      if (!nodes.has(cluster)) found.push(...toSeeNodes(cluster));
      nodes.add(cluster);
      return [];
    },
    meshConfig: (ref) => {
      ofObject(ref);
      return {};
    },
    proxies: (workload) => {
      ofProxies(workload);
      return [];
    },
    hosts: (workload) => {
      ofProxies(workload);
      return [{ pod: "", view: null }];
    },
    exposure: (gateway) => {
      ofProxies(gateway);
      return [];
    },
    answerer: () => ({ unseen: "nobody was asked" }),
    reach: ({ client }, fresh) => {
      ofProxies(client);
      once(`reach ${String(fresh)}`, client, () => toStartPods(client, fresh));
      return { unseen: "nobody was asked" };
    },
    opened: () => ({ open: true }),
    idle: (workload) => {
      ofProxies(workload);
      return { active: 0, forMs: Number.POSITIVE_INFINITY };
    },
  };
}

/** A watch begins with a list. Of a Secret metadata alone is asked for, but a role cannot say so: it is not watched. */
function toSee(ref: ObjectRef): Permission[] {
  const watched = isSecret(ref) ? [] : (["list", "watch"] as const);
  return [
    permission(ref, "get", "wait"),
    ...watched.map((verb) => ({ ...permission(ref, verb, "wait"), optional: true })),
  ];
}

function toSeeNodes(cluster: ClusterId): Permission[] {
  const node = { cluster, group: "", kind: "Node", namespace: null, name: "" };
  const any = (verb: "list" | "watch"): Permission => ({ ...permission(node, verb, "wait"), name: null });
  return [any("list"), { ...any("watch"), optional: true }];
}

/**
 * Pods of ours beside the client: in place of its own where these have no program that makes requests, and always where freshly
 * started proxies are asked. One is waited for by a watch, which begins with a list.
 */
function toStartPods(client: ObjectRef, fresh: boolean): Permission[] {
  return (["create", "delete", "watch"] as const).map((verb) => ({ ...ofPods(client, verb, "ask"), optional: !fresh }));
}

/**
 * A WebSocket is a GET, for which servers ask for "get"; from Kubernetes 1.35 on for "create" as well (feature gate
 * AuthorizePodWebsocketUpgradeCreatePermission).
 */
function inPods(workload: ObjectRef, subresource: string): Permission[] {
  return [
    { ...ofPods(workload, "get", "ask"), subresource },
    { ...ofPods(workload, "create", "ask"), subresource, optional: true },
  ];
}

/** Of each group's routes one for each importer and way: all others ask for the same. */
function withFewRoutes(index: PlanIndex): PlanIndex {
  const wayOf = (id: ProbeGroup["routes"][number]): string => {
    const route = index.routes.get(id);
    return route === undefined
      ? ""
      : [route.importer, route.carry.mode, ...route.backends.map(({ exported }) => exported.exporter)].join("|");
  };
  const few = (group: ProbeGroup): ProbeGroup => {
    const hiddenFrom = new Map<string, string>();
    for (const { client, routes } of group.except ?? [])
      for (const id of routes) hiddenFrom.set(id, `${hiddenFrom.get(id) ?? ""} ${refKey(client)}`);
    const byWay = groupBy(group.routes, (id) => `${wayOf(id)}|${hiddenFrom.get(id) ?? ""}`);
    return { ...group, routes: [...byWay.values()].flatMap(([first]) => first ?? []) };
  };
  return { ...index, probes: new Map([...index.probes].map(([id, group]) => [id, few(group)])) };
}
