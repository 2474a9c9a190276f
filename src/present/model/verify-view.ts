// What `verify` shows, as data: states, gateways, and each client with each host that it is meant to reach.
import type { Verified } from "../../observe/verify.ts";
import type { Finding } from "../../core/finding.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { requestsFail, requestsNotChecked } from "../../findings/codes/conditions.ts";
import { conditionText, type ConditionNames } from "./condition-text.ts";
import { type FindingView, findingView } from "./finding-view.ts";

export interface VerifyView {
  readonly apiVersion: "meshferry/verify.v1";
  /** Whether requests were sent from freshly started proxies alone. */
  readonly fresh: boolean;
  readonly holds: boolean;
  readonly states: readonly VerifiedState[];
  readonly gateways: readonly VerifiedState[];
  readonly pairs: readonly VerifiedPair[];
  readonly counts: {
    readonly pairs: number;
    readonly ok: number;
    readonly failing: number;
    readonly notChecked: number;
  };
}

export interface VerifiedState {
  readonly what: string;
  readonly holds: boolean;
  /** What was seen instead; null: it holds. */
  readonly seen: FindingView | null;
}

export interface VerifiedPair {
  readonly client: ObjectRef;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly requests: "ok" | "degraded" | "broken" | "not-checked";
  readonly answered: number;
  readonly sent: number;
  readonly holds: boolean;
  readonly seen: readonly FindingView[];
}

export function verifyView(verified: Verified, names: ConditionNames, fresh: boolean): VerifyView {
  const states = verified.states.map((each) => stateView(each, names));
  const gateways = verified.gateways.map((each) => stateView(each, names));
  const pairs = verified.pairs.map(pairView);
  const notChecked = pairs.filter(({ requests }) => requests === "not-checked").length;
  const ok = pairs.filter(({ holds }) => holds).length;
  return {
    apiVersion: "meshferry/verify.v1",
    fresh,
    holds: [...states, ...gateways, ...pairs].every(({ holds }) => holds),
    states,
    gateways,
    pairs,
    counts: { pairs: pairs.length, ok, failing: pairs.length - ok - notChecked, notChecked },
  };
}

function stateView({ condition, verdict }: Verified["states"][number], names: ConditionNames): VerifiedState {
  return {
    what: conditionText(condition, names),
    holds: verdict.is === "done",
    seen: verdict.is === "done" ? null : findingView(verdict.seen),
  };
}

/** Requests decide; names that accept somebody else, or nobody's, are wrong however well requests pass. */
function pairView({ client, host, port, path, held, requests }: Verified["pairs"][number]): VerifiedPair {
  const about = { client: refText(client), host, port };
  const findings: Finding[] = [];
  if (requests.state === "not-checked")
    findings.push(requestsNotChecked.at([client], { ...about, reason: requests.said }));
  else if (requests.state !== "ok") {
    const { good, of, said } = requests;
    findings.push(requestsFail.at([client], { ...about, good, of, said }));
  }
  const wrong = held.is !== "done" && held.seen.code === "MF864";
  if (held.is !== "done" && (wrong || requests.state !== "ok")) findings.push(held.seen);
  return {
    client,
    host,
    port,
    path,
    requests: requests.state,
    answered: requests.good,
    sent: requests.of,
    holds: requests.state === "ok" && !wrong,
    seen: findings.map(findingView),
  };
}
