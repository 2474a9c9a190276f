// trust: each mesh comes to trust the roots of the meshes it shares services with, beside its own.
import { all } from "../../conditions/condition.ts";
import { encodeText } from "../../core/base64.ts";
import type { Hash } from "../../core/hash.ts";
import type { StepId } from "../../core/ids.ts";
import { sortedUnique } from "../../core/order.ts";
import { type Mesh, refIn } from "../../inventory/mesh.ts";
import { type OwnRoots, ownRoots, rootKey } from "../../inventory/roots.ts";
import { patchOf } from "../edits.ts";
import { hourMs, makeStep, minuteMs } from "../make-step.ts";
import type { Phase, Step } from "../plan.ts";
import { peersAround, type PlanContext } from "../plan-context.ts";
import { proxyWorkloads, restartable } from "../proxy-workloads.ts";

/**
 * Per mesh: `root-cert.pem` of the Secret `cacerts` := its present bytes, unchanged, and the other roots behind them;
 * istiod restarted; every proxy with a certificate from after the change. One mesh after the other, because an istiod
 * that has just restarted is ready before federation has synced (seen on Maistra 2.5).
 */
export function trustPhase(context: PlanContext): Phase {
  const steps: Step[] = [];
  const roots = ownRoots(context.inventory.meshes);
  let previous: readonly StepId[] = [];
  for (const mesh of context.participants) {
    const ofMesh = meshSteps(context, mesh, roots, previous);
    steps.push(...ofMesh);
    const last = ofMesh.at(-1);
    if (last) previous = [last.id];
  }
  return { id: "trust", gate: all(), steps, verify: [], reversible: true };
}

/**
 * The bundle that a mesh needs, or null where it has it, or where a root is not known (which blocks). Of a partner's
 * bundle only its own roots count, not those that this phase has put behind them already: a mesh must not come to trust its
 * partner's partners.
 */
export function combinedBundle(
  mesh: Mesh,
  partners: readonly Mesh[],
  roots: OwnRoots,
): { readonly pem: string; readonly roots: readonly Hash[] } | null {
  if (!mesh.roots.known) return null;
  const own = mesh.roots.value;
  const held = new Set<Hash>(own.certificates);
  let pem = own.pem;
  for (const partner of partners) {
    if (!partner.roots.known) return null;
    for (const block of roots.get(partner.id) ?? []) {
      if (held.has(block.hash)) continue;
      held.add(block.hash);
      pem = `${pem}${pem.endsWith("\n") ? "" : "\n"}${block.pem}`;
    }
  }
  return held.size === own.certificates.length ? null : { pem, roots: sortedUnique(held) };
}

function meshSteps(context: PlanContext, mesh: Mesh, roots: OwnRoots, after: readonly StepId[]): Step[] {
  if (!mesh.roots.known) return [];
  const partners = context.partnersOf(mesh);
  const bundle = combinedBundle(mesh, partners, roots);
  if (bundle === null)
    return trustsOthers(mesh, partners, roots)
      ? [proxiesHold(context, mesh, mesh.roots.value.certificates, after)]
      : [];
  const secret = refIn(mesh.cluster, "", "Secret", mesh.namespace, "cacerts");
  const before = encodeText(mesh.roots.value.pem);
  const afterwards = encodeText(bundle.pem);
  const path = `/data/${rootKey}`;
  const certificates = { before: mesh.roots.value.certificates.length, after: bundle.roots.length };
  const patch = makeStep({
    phase: "trust",
    title: `Add the other meshes' roots to the CA bundle of ${mesh.id}`,
    action: { do: "patch", ref: secret, ops: patchOf([{ path, before, after: afterwards }]) },
    rule: "trust.combined-root",
    params: certificates,
    after,
    expect: "guarded",
    undo: {
      how: "actions",
      actions: [{ do: "patch", ref: secret, ops: patchOf([{ path, before: afterwards, after: before }]) }],
    },
  });
  const istiod = restartIstiod(context, mesh, { phase: "trust", after: [patch.id], rule: "trust.istiod-restart" });
  const restarts = context.options.restartProxies
    ? restartable(proxyWorkloads(context, mesh)).map((workload) =>
        makeStep({
          phase: "trust",
          title: `Restart ${workload.kind} ${workload.namespace}/${workload.name}, for a certificate with the new roots`,
          action: { do: "restart", workload },
          rule: "trust.proxies-renew",
          after: [istiod.id],
          done: all({ kind: "rolled-out", ref: workload }, { kind: "proxy-roots", workload, include: bundle.roots }),
          timeoutMs: 15 * minuteMs,
        }),
      )
    : [];
  const wait = proxiesHold(context, mesh, bundle.roots, [istiod.id, ...restarts.map(({ id }) => id)]);
  return [patch, istiod, ...restarts, wait];
}

/** Whether the mesh's bundle already holds roots that are not its own: an earlier run, or the user, has added them. */
function trustsOthers(mesh: Mesh, partners: readonly Mesh[], roots: OwnRoots): boolean {
  const own = new Set((roots.get(mesh.id) ?? []).map(({ hash }) => hash));
  return partners.some(({ id }) => (roots.get(id) ?? []).some(({ hash }) => !own.has(hash)));
}

/** What is in the Secret is not yet in the proxies: also where nothing is left to write, they have to be waited for. */
function proxiesHold(context: PlanContext, mesh: Mesh, include: readonly Hash[], after: readonly StepId[]): Step {
  return makeStep({
    phase: "trust",
    about: mesh.id,
    title: `Wait until every proxy of ${mesh.id} holds the new roots`,
    action: { do: "wait" },
    rule: "trust.proxies-renew",
    after,
    done: all(
      ...proxyWorkloads(context, mesh).map((workload) => ({ kind: "proxy-roots", workload, include }) as const),
    ),
    // A proxy renews its certificate at half of its 24 hours at the latest (Istio 1.20, security/pkg/nodeagent/cache).
    timeoutMs: context.options.restartProxies ? 15 * minuteMs : 24 * hourMs,
  });
}

/** A rolling restart of a mesh's istiod, done when federation has synced again on both ends of its links. */
export function restartIstiod(
  context: PlanContext,
  mesh: Mesh,
  parts: { readonly phase: "trust" | "retire-peers"; readonly after: readonly StepId[]; readonly rule: string },
): Step {
  const peers = parts.phase === "trust" ? peersAround(context, mesh) : [];
  return makeStep({
    ...parts,
    title: `Restart istiod of ${mesh.id}`,
    action: { do: "restart", workload: mesh.istiod },
    done: all({ kind: "rolled-out", ref: mesh.istiod }, ...peers.map((ref) => ({ kind: "peer-synced", ref }) as const)),
    timeoutMs: 10 * minuteMs,
  });
}
