// Which clients of a mesh cannot differ: nothing that is there, or that a plan writes, tells one from the other.
import { canonicalJson, type Json } from "../core/json.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { valueAt } from "../core/pointer.ts";
import type { PodShape } from "../federation/pod-index.ts";
import type { Misfit } from "../inventory/kinds/fields.ts";
import { kinds } from "../inventory/kinds/registry.ts";
import type { Mesh } from "../inventory/mesh.ts";
import { type Rule, type Taken, takenBy } from "../policies/match-source.ts";
import type { Action, Plan } from "../plan/plan.ts";
import { statesTls } from "./client-tls.ts";
import { istiodView, visibility } from "./known-services.ts";
import type { World } from "./world.ts";

/** One text for all clients of a mesh that cannot differ. */
export type Likeness = (mesh: Mesh, client: PodShape) => string;

/** Nobody is like anybody of another namespace or account, or with another Sidecar. */
export function finest(world: World): Likeness {
  const sidecarOf = sidecars(world);
  return (mesh, { namespace, serviceAccount, labels }) =>
    canonicalJson([namespace, serviceAccount, sidecarOf(mesh, namespace, labels) ?? ""]);
}

const entryKind = "ServiceEntry.networking.istio.io";
const policyKind = "AuthorizationPolicy.security.istio.io";

/**
 * What a client is told, and what is said of it, as known-services.ts and server.ts read it: clients are told apart by the lists of namespaces in which imported hosts are visible, by what policies say of their accounts, and
 * where there are Sidecars, or will be, by their namespaces and accounts; where a DestinationRule of their own says something of
 * TLS, by their workloads.
 */
export function likeness(world: World, plan: Plan): Likeness {
  const written = writtenBy(plan);
  const lists = visibilities(world, written);
  const saysOf = accounts(world, written);
  const sidecarOf = sidecars(world);
  const scoped = new Set(
    written.filter(({ ref }) => ref.kind === "Sidecar").map(({ ref }) => `${ref.cluster}|${ref.namespace ?? ""}`),
  );
  const ruled = ruledNamespaces(world, written);
  return (mesh, { namespace, serviceAccount, labels, workload }) => {
    const own = scoped.has(`${mesh.cluster}|${namespace}`);
    const sidecar = sidecarOf(mesh, namespace, labels);
    const isScoped = own || sidecar !== null || scoped.has(`${mesh.cluster}|${mesh.namespace}`);
    return canonicalJson([
      (lists.get(mesh.cluster) ?? []).flatMap((list, at) => (list.has(namespace) ? [at] : [])),
      saysOf(mesh, namespace, serviceAccount),
      isScoped ? [namespace, serviceAccount, sidecar ?? "", own ? refKey(workload) : ""] : [],
      ruled.has(`${mesh.cluster}|${namespace}`) ? refKey(workload) : "",
    ]);
  };
}

function sidecars(world: World) {
  return (mesh: Mesh, namespace: string, labels: Readonly<Record<string, string>>): string | null => {
    const sidecar = istiodView(world, mesh).sidecarOf(namespace, labels);
    return sidecar === null ? null : refKey(sidecar.ref);
  };
}

/** An object that a plan writes, as far as it says what will be in it. */
interface Written {
  readonly ref: ObjectRef;
  readonly body: Json;
  /** Values that are laid over it, or that its fields are changed to. */
  readonly fields: readonly { readonly pointer: string; readonly value: Json }[];
}

const ruleKind = "DestinationRule.networking.istio.io";
const kindsInUse: ReadonlySet<string> = new Set([
  entryKind,
  policyKind,
  ruleKind,
  "Service",
  "Sidecar.networking.istio.io",
]);

/** "CLUSTER|NAMESPACE" of DestinationRules that say something of TLS. */
function ruledNamespaces(world: World, written: readonly Written[]): ReadonlySet<string> {
  const there = [...world.clusters.values()].flatMap(({ slices }) => slices.get(ruleKind)?.list() ?? []);
  const planned = written.filter(({ ref }) => kindKey(ref) === ruleKind);
  return new Set(
    [...there, ...planned]
      .filter(({ body }) => statesTls(body))
      .map(({ ref }) => `${ref.cluster}|${ref.namespace ?? ""}`),
  );
}

function writtenBy({ phases, objects }: Plan): readonly Written[] {
  const actionsOf = (action: Action): Written[] => {
    if (action.do !== "apply" && action.do !== "patch") return [];
    if (!kindsInUse.has(kindKey(action.ref))) return [];
    return action.do === "apply"
      ? [{ ref: action.ref, body: objects[action.object] ?? {}, fields: action.set }]
      : [
          {
            ref: action.ref,
            body: {},
            fields: action.ops.flatMap((op) =>
              "value" in op && op.value !== undefined ? [{ pointer: op.path, value: op.value }] : [],
            ),
          },
        ];
  };
  return phases.flatMap(({ steps }) => steps.flatMap(({ action }) => actionsOf(action)));
}

/** By cluster: every list of namespaces that shows an imported host to some of them only. */
function visibilities(world: World, written: readonly Written[]): ReadonlyMap<string, readonly ReadonlySet<string>[]> {
  const { inventory, importsOf } = world.derived();
  const imported = new Map<string, Set<string>>();
  for (const { id, cluster } of inventory.meshes)
    imported.set(cluster, new Set([...(imported.get(cluster) ?? []), ...importsOf(id).keys()]));
  const lists = new Map<string, Map<string, ReadonlySet<string>>>();
  const add = (ref: ObjectRef, value: Json | undefined): void => {
    const names = typeof value === "string" ? value.split(",") : Array.isArray(value) ? (value as Json[]) : [];
    const texts = names.flatMap((name) => (typeof name === "string" ? [name] : []));
    const shownIn = visibility(texts, ref.namespace ?? "");
    if (shownIn === null) return;
    const key = shownIn.join(" ");
    const known = lists.get(ref.cluster) ?? new Map<string, ReadonlySet<string>>();
    lists.set(ref.cluster, known);
    if (!known.has(key)) known.set(key, new Set(shownIn));
  };
  const isImported = ({ cluster }: ObjectRef, body: Json): boolean => {
    const hosts = valueAt(body, "/spec/hosts");
    return !Array.isArray(hosts) || hosts.some((each) => imported.get(cluster)?.has(String(each)) === true);
  };
  const annotation = "/metadata/annotations/networking.istio.io~1exportTo";
  for (const state of world.clusters.values()) {
    for (const host of imported.get(state.id) ?? [])
      for (const { ref, object } of state.entriesByHost.get(host) ?? [])
        add(ref, valueAt(object.body, "/spec/exportTo"));
    for (const { ref, body } of state.slices.get("Service")?.list() ?? []) add(ref, valueAt(body, annotation));
    for (const { ref, body } of state.slices.get(ruleKind)?.list() ?? [])
      if (statesTls(body)) add(ref, valueAt(body, "/spec/exportTo"));
  }
  for (const { ref, body, fields } of written) {
    if (kindKey(ref) === entryKind && isImported(ref, body)) {
      add(ref, valueAt(body, "/spec/exportTo"));
      for (const { pointer, value } of fields) if (pointer.startsWith("/spec/exportTo")) add(ref, value);
    }
    if (kindKey(ref) === ruleKind && statesTls(body)) add(ref, valueAt(body, "/spec/exportTo"));
    if (ref.kind === "Service") {
      add(ref, valueAt(body, annotation));
      for (const { pointer, value } of fields) if (pointer === annotation) add(ref, value);
    }
  }
  return new Map([...lists].map(([cluster, all]) => [cluster, [...all.values()]]));
}

/** What the rules of all policies say of an account, by each mesh's domains and by all of them together. */
function accounts(world: World, written: readonly Written[]) {
  const { meshes } = world.derived().inventory;
  const own = meshes.map(({ trustDomain, trustDomainAliases }) => [trustDomain, ...trustDomainAliases]);
  const domains = [...new Map([...own, own.flat()].map((list) => [list.join(), list])).values()];
  const rules = new Map<string, Rule>();
  const add = (body: Json): void => {
    for (const rule of rulesOf(body)) {
      if (rule.from.length + rule.when.length === 0) continue;
      const source: Rule = { ...rule, to: [] };
      rules.set(canonicalJson(source), source);
    }
  };
  for (const state of world.clusters.values())
    for (const { body } of state.slices.get(policyKind)?.list() ?? ([] as readonly KubeObject[])) add(body);
  for (const { ref, body, fields } of written) {
    if (kindKey(ref) !== policyKind) continue;
    add(body);
    for (const { pointer, value } of fields)
      if (pointer === "/spec" || pointer === "/spec/rules")
        add(pointer === "/spec" ? { spec: value } : { spec: { rules: value } });
  }
  const distinct = [...rules.values()];
  // A rule that names accounts is held against these alone: thousands of accounts against thousands of rules are too many.
  const others = distinct.flatMap((rule, at) => (accountsNamed(rule) === null ? [at] : []));
  const naming = distinct.flatMap((rule, at) => [...(accountsNamed(rule) ?? [])].map((name) => ({ name, at })));
  const byAccount = groupBy(naming, ({ name }) => name);
  const said = new Map<string, string>();
  return ({ trustDomain }: Mesh, namespace: string, account: string): string => {
    const key = `${trustDomain}|${namespace}|${account}`;
    const known = said.get(key);
    if (known !== undefined) return known;
    const caller = { trustDomain, namespace, account };
    const among = [...others, ...(byAccount.get(`/ns/${namespace}/sa/${account}`) ?? []).map(({ at }) => at)];
    const text = among
      .flatMap((at) => {
        const rule = distinct[at];
        const taken = rule ? domains.map((list) => takenText(takenBy(rule, caller, list))) : [];
        return taken.some((each) => each !== "") ? [`${at} ${taken.join(",")}`] : [];
      })
      .join(";");
    said.set(key, text);
    return text;
  };
}

const accountNamed = /^[^/*]+(\/ns\/[^/*]+\/sa\/[^/*]+)$/u;

/**
 * The accounts, "/ns/NAMESPACE/sa/ACCOUNT", of which alone a rule takes any, whatever their trust domain; null: it may take others. A
 * source whose principals do not fit takes nobody, and a principal without `*` fits one account (match-source.ts has the sources).
 */
function accountsNamed({ from }: Rule): ReadonlySet<string> | null {
  const names = new Set<string>();
  if (from.length === 0) return null;
  for (const { source } of from) {
    if (source.principals.length === 0) return null;
    for (const principal of source.principals) {
      const [, account] = accountNamed.exec(principal) ?? [];
      if (account === undefined) return null;
      names.add(account);
    }
  }
  return names;
}

/** Most rules take an account not at all, or whole. */
function takenText(taken: Taken): string {
  if (taken.takes === "no") return "";
  return taken.takes === "requests" && taken.rest === "" ? "all" : canonicalJson(taken);
}

function rulesOf(body: Json): readonly Rule[] {
  const misfits: Misfit[] = [];
  return kinds[policyKind].read(body, misfits).spec.rules;
}
