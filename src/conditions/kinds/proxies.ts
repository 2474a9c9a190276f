// proxy-roots, proxy-network: what the proxies of a workload are, as they say themselves.
import { fewNames } from "../../core/few-names.ts";
import { type ObjectRef, refText } from "../../core/object-ref.ts";
import { valueAt } from "../../core/pointer.ts";
import { networkDiffers, noProxies, rootsMissing } from "../../findings/codes/conditions.ts";
import { type Facts, isUnseen, type ProxyView } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { unseenOf } from "../unseen.ts";
import { done, pending, type Verdict } from "../verdict.ts";

export const proxyRoots: Kind<ConditionOf<"proxy-roots">> = {
  stage: "proxies",
  judge: ({ workload, include }, facts) =>
    ofProxies(facts, workload, (proxies) => {
      const lacking = proxies.filter(({ roots }) => !include.every((root) => roots.includes(root)));
      if (lacking.length === 0) return done;
      const about = { workload: refText(workload), count: include.length };
      return pending(rootsMissing.at([workload], { ...about, pods: fewNames(lacking.map(({ pod }) => pod)) }));
    }),
};

export const proxyNetwork: Kind<ConditionOf<"proxy-network">> = {
  stage: "proxies",
  judge: ({ workload, network }, facts) =>
    ofProxies(facts, workload, (proxies) => {
      const others = proxies.filter((proxy) => proxy.network !== network);
      const [first] = others;
      if (!first) return done;
      return pending(
        networkDiffers.at([workload], {
          workload: refText(workload),
          actual: first.network === "" ? "none" : first.network,
          wanted: network,
          pods: fewNames(others.map(({ pod }) => pod)),
        }),
      );
    }),
};

function ofProxies(facts: Facts, workload: ObjectRef, judge: (proxies: readonly ProxyView[]) => Verdict): Verdict {
  const gone = nobodyRuns(facts, workload);
  if (gone !== null) return gone;
  const proxies = facts.proxies(workload);
  if (isUnseen(proxies)) return unseenOf(workload, "the proxies of", proxies);
  return proxies.length === 0 ? pending(withoutProxies(workload, 1)) : judge(proxies);
}

/**
 * A workload that is gone, or is to have no pods, has no proxy that could be wrong: whatever is started later takes what is
 * there by then. null: it is to have some.
 */
export function nobodyRuns(facts: Facts, workload: ObjectRef): Verdict | null {
  const object = facts.object(workload);
  if (isUnseen(object)) return unseenOf(workload, "the workload", object);
  if (object === "absent") return done;
  const replicas = valueAt(object.body, "/spec/replicas");
  const scheduled = valueAt(object.body, "/status/desiredNumberScheduled");
  const phase = valueAt(object.body, "/status/phase");
  const finished = workload.kind === "Pod" && (phase === "Succeeded" || phase === "Failed");
  const ended = workload.kind === "Job" && valueAt(object.body, "/status/completionTime") !== undefined;
  const none = workload.kind === "DaemonSet" ? scheduled === 0 : replicas === 0;
  return none || finished || ended || workload.kind === "CronJob" ? done : null;
}

export function withoutProxies(workload: ObjectRef, wanted: number) {
  return noProxies.at([workload], { workload: refText(workload), wanted: wanted === 1 ? "at least one" : wanted });
}
