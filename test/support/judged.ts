// The judge as its tests ask it: facts from short lists, verdicts as one line each.
import { kindKey } from "../../src/core/object-ref.ts";
import type { Condition } from "../../src/conditions/condition.ts";
import type { Seen } from "../../src/conditions/facts.ts";
import { indexPlan, type Planned } from "../../src/conditions/planned.ts";
import type { Verdict } from "../../src/conditions/verdict.ts";
import { type Answers, judgeWith, noAnswers, type Want, wantKey } from "../../src/conditions/wants.ts";
import { clusterId } from "../../src/core/ids.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type KubeObject, type ObjectRef, refKey } from "../../src/core/object-ref.ts";
import { findingView } from "../../src/present/model/finding-view.ts";

export const nothingPlanned: Planned = { slots: [], routes: [], probes: [], meshes: [] };

/** "done", or "pending MF850: message". */
export function verdictText(verdict: Verdict): string {
  if (verdict.is === "done") return "done";
  const { code, message } = findingView(verdict.seen);
  return `${verdict.is} ${code}: ${message}`;
}

export function judged(condition: Condition, answers: Partial<Answers>, plan: Planned = nothingPlanned): string {
  return verdictText(judgeWith(condition, { ...noAnswers, ...answers }, indexPlan(plan)).verdict);
}

/** What the judge would look at next, as "want key". */
export function asked(condition: Condition, answers: Partial<Answers>, plan: Planned = nothingPlanned): string[] {
  const { wants } = judgeWith(condition, { ...noAnswers, ...answers }, indexPlan(plan));
  return wants.map((want) => `${want.want} ${wantKey(want)}`).sort();
}

export function answer<V>(...pairs: readonly (readonly [Want, Seen<V>])[]): Map<string, Seen<V>> {
  return new Map(pairs.map(([want, value]) => [wantKey(want), value]));
}

/** "KIND.GROUP NAMESPACE/NAME" in the cluster "east". */
export function ref(text: string, cluster = "east"): ObjectRef {
  const [kind = "", name = ""] = text.split(" ");
  const dot = kind.indexOf(".");
  const slash = name.indexOf("/");
  return {
    cluster: clusterId(cluster),
    group: dot < 0 ? "" : kind.slice(dot + 1),
    kind: dot < 0 ? kind : kind.slice(0, dot),
    namespace: slash < 0 ? null : name.slice(0, slash),
    name: name.slice(slash + 1),
  };
}

export function object(of: ObjectRef, body: JsonObject): KubeObject {
  return { ref: of, apiVersion: `${kindKey(of)}/v1`, origin: { cluster: of.cluster }, body };
}

/** The answer that an object is there, with this body. */
export function there(of: ObjectRef, body: JsonObject): Pick<Answers, "object"> {
  return { object: new Map([[refKey(of), object(of, body)]]) };
}

export function gone(of: ObjectRef): Pick<Answers, "object"> {
  return { object: new Map([[refKey(of), "absent"]]) };
}

export function hidden(of: ObjectRef, why: string): Pick<Answers, "object"> {
  return { object: new Map([[refKey(of), { unseen: why }]]) };
}
