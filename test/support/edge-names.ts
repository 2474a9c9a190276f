// Whether a finding says what an edge of the plan is about: not which step it stops at, but the object of the step that is missing there.
import { partsOf } from "../../src/conditions/judge.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { ObjectRef } from "../../src/core/object-ref.ts";
import { refText } from "../../src/core/object-ref.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { touched } from "../../src/plan/touched.ts";

/** Where a plan is refused: the place of the last step of that title among all steps; of a gate that of the first step behind it. */
export function placeOf({ params }: Finding, { phases }: Plan): number {
  const said = typeof params["step"] === "string" ? params["step"] : "";
  let [place, found] = [0, -1];
  for (const { id, steps } of phases) {
    if (said === `The gate of ${id}`) found = place;
    for (const { title } of steps) {
      if (said === title || said === `The undo of "${title}"`) found = place;
      place += 1;
    }
    if (said === `The end of ${id}`) found = place;
  }
  return found;
}

/** The reason without the step that it is found at. */
function reasonOf(finding: Finding): string {
  const texts = [
    findingMessage({ ...finding, params: { ...finding.params, step: "" } }),
    ...finding.subjects.flatMap((each) => ("kind" in each ? [refText(each)] : [])),
  ];
  return texts.join(" ");
}

export function isNamed(plan: Plan, step: Step, finding: Finding): boolean {
  const reason = reasonOf(finding);
  return wordsOf(plan, step).some((word) => reason.includes(word));
}

/** What a reason may call the object of a step. */
function wordsOf(plan: Plan, step: Step): readonly string[] {
  const routes = new Set<string>(step.routes);
  const hosts = plan.routes.flatMap(({ id, host }) => (routes.has(id) ? [host as string] : []));
  return [...hosts, ...touched(step.action).flatMap((ref) => wordsFor(ref)), ...looksAt(plan, step)];
}

function wordsFor({ kind, cluster, namespace, name }: ObjectRef): readonly string[] {
  switch (kind) {
    case "Secret":
      // What it holds: nobody says its name, who trusts whom is the reason.
      return ["roots"];
    case "ServiceMeshControlPlane":
      return [`${cluster}/${namespace}/${name}`];
    case "ServiceMeshMember":
    case "Sidecar":
      return [`${namespace}`];
    case "AuthorizationPolicy":
      return [`${namespace}/${name.replace(/^meshferry-(?:allow-)?/u, "")}`];
    case "Deployment":
      return name.startsWith("istiod-") ? [`${namespace}/${name}`, "roots"] : [`${namespace}/${name}`];
    default:
      return [namespace === null ? name : `${namespace}/${name}`];
  }
}

/** What a wait looks at. */
function looksAt(plan: Plan, { action, done }: Step): readonly string[] {
  if (action.do !== "wait") return [];
  return partsOf(done).flatMap((part): readonly string[] => {
    if ("workload" in part) return [refText(part.workload)];
    if (!("probes" in part)) return [];
    const group = plan.probes.find(({ id }) => id === part.probes);
    const routes = new Set<string>(group?.routes);
    const hosts = plan.routes.flatMap(({ id, host }) => (routes.has(id) ? [host as string] : []));
    const clients = group?.clients.map(({ namespace }) => `${namespace}/`) ?? [];
    return part.kind === "reachable" && part.fresh ? ["freshly started clients"] : [...hosts, ...clients];
  });
}
