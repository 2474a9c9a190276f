// Which facts a verdict takes: the judge is asked, and what it asks for and nobody has answered yet is noted.
import type { ClusterId, Host } from "../core/ids.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../core/object-ref.ts";
import type { Outcome } from "../dataplane/outcome.ts";
import type { Pair } from "../dataplane/pair.ts";
import type { Condition } from "./condition.ts";
import type { Answerer, ExposureView, Facts, HostAtPod, Idle, Opened, ProxyView, Seen } from "./facts.ts";
import { judge } from "./judge.ts";
import type { PlanIndex } from "./planned.ts";
import type { Verdict } from "./verdict.ts";

export type Want =
  | { readonly want: "object"; readonly ref: ObjectRef }
  | { readonly want: "pods"; readonly workload: ObjectRef }
  | { readonly want: "nodes"; readonly cluster: ClusterId }
  | { readonly want: "mesh-config"; readonly ref: ObjectRef }
  | { readonly want: "proxies"; readonly workload: ObjectRef }
  | { readonly want: "hosts"; readonly workload: ObjectRef; readonly host: Host; readonly port: number }
  | { readonly want: "exposure"; readonly gateway: ObjectRef }
  | { readonly want: "answerer"; readonly gateway: ObjectRef; readonly sni: string }
  | { readonly want: "reach"; readonly pair: Pair; readonly fresh: boolean }
  | { readonly want: "opened"; readonly client: ObjectRef; readonly address: string; readonly port: number }
  | { readonly want: "idle"; readonly workload: ObjectRef };

export type WantOf<W extends Want["want"]> = Extract<Want, { readonly want: W }>;

/** What is known so far, by wantKey. */
export interface Answers {
  readonly object: ReadonlyMap<string, Seen<KubeObject | "absent">>;
  readonly pods: ReadonlyMap<string, Seen<readonly KubeObject[]>>;
  readonly nodes: ReadonlyMap<string, Seen<readonly Json[]>>;
  readonly "mesh-config": ReadonlyMap<string, Seen<JsonObject | "absent">>;
  readonly proxies: ReadonlyMap<string, Seen<readonly ProxyView[]>>;
  readonly hosts: ReadonlyMap<string, Seen<readonly HostAtPod[]>>;
  readonly exposure: ReadonlyMap<string, Seen<readonly ExposureView[]>>;
  readonly answerer: ReadonlyMap<string, Seen<Answerer>>;
  readonly reach: ReadonlyMap<string, Seen<Outcome>>;
  readonly opened: ReadonlyMap<string, Seen<Opened>>;
  readonly idle: ReadonlyMap<string, Seen<Idle>>;
}

export function wantKey(want: Want): string {
  switch (want.want) {
    case "object":
    case "mesh-config":
      return refKey(want.ref);
    case "pods":
    case "proxies":
    case "idle":
      return refKey(want.workload);
    case "nodes":
      return want.cluster;
    case "hosts":
      return `${refKey(want.workload)}|${want.host}|${want.port}`;
    case "exposure":
      return refKey(want.gateway);
    case "answerer":
      return `${refKey(want.gateway)}|${want.sni}`;
    case "reach":
      return `${refKey(want.pair.client)}|${want.pair.host}|${want.pair.port}|${want.fresh ? "fresh" : "running"}`;
    case "opened":
      return `${refKey(want.client)}|${want.address}|${want.port}`;
  }
}

/** Facts out of answers; what has none is handed to `ask`, and counts as unseen. */
export function factsFrom(answers: Answers, ask: (want: Want) => void = () => {}): Facts {
  const from = <V>(known: ReadonlyMap<string, Seen<V>>, want: Want): Seen<V> => {
    const answer = known.get(wantKey(want));
    if (answer !== undefined) return answer;
    ask(want);
    return { unseen: "nobody has looked yet" };
  };
  return {
    object: (ref) => from(answers.object, { want: "object", ref }),
    pods: (workload) => from(answers.pods, { want: "pods", workload }),
    nodes: (cluster) => from(answers.nodes, { want: "nodes", cluster }),
    meshConfig: (ref) => from(answers["mesh-config"], { want: "mesh-config", ref }),
    proxies: (workload) => from(answers.proxies, { want: "proxies", workload }),
    hosts: (workload, host, port) => from(answers.hosts, { want: "hosts", workload, host, port }),
    exposure: (gateway) => from(answers.exposure, { want: "exposure", gateway }),
    answerer: (gateway, sni) => from(answers.answerer, { want: "answerer", gateway, sni }),
    reach: (pair, fresh) => from(answers.reach, { want: "reach", pair, fresh }),
    opened: (client, address, port) => from(answers.opened, { want: "opened", client, address, port }),
    idle: (workload) => from(answers.idle, { want: "idle", workload }),
  };
}

export interface Judged {
  readonly verdict: Verdict;
  /** What the verdict would also take; none: it is final for these answers. Each once. */
  readonly wants: readonly Want[];
}

/** The verdict on what is known, and what else it takes. */
export function judgeWith(condition: Condition, answers: Answers, plan: PlanIndex): Judged {
  const wanted = new Map<string, Want>();
  const facts = factsFrom(answers, (want) => void wanted.set(`${want.want} ${wantKey(want)}`, want));
  const verdict = judge(condition, facts, plan);
  return { verdict, wants: [...wanted.values()] };
}

/** The facts that the condition takes beyond what is known. */
export function wants(condition: Condition, answers: Answers, plan: PlanIndex): readonly Want[] {
  return judgeWith(condition, answers, plan).wants;
}

/** Answers that are written down while they are found. */
export type FillingAnswers = {
  readonly [W in keyof Answers]: Map<string, Answers[W] extends ReadonlyMap<string, infer V> ? V : never>;
};

/** Nothing is known yet. */
export function emptyAnswers(): FillingAnswers {
  return {
    object: new Map(),
    pods: new Map(),
    nodes: new Map(),
    "mesh-config": new Map(),
    proxies: new Map(),
    hosts: new Map(),
    exposure: new Map(),
    answerer: new Map(),
    reach: new Map(),
    opened: new Map(),
    idle: new Map(),
  };
}

export const noAnswers: Answers = emptyAnswers();
