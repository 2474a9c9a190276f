// trust: each mesh comes to trust the roots of the meshes it shares services with, beside its own.
import { all, type Condition } from "../../conditions/condition.ts";
import { encodeText } from "../../core/base64.ts";
import type { Finding } from "../../core/finding.ts";
import { type Hash, hashOf } from "../../core/hash.ts";
import type { StepId } from "../../core/ids.ts";
import { equalRef } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import { pointer } from "../../core/pointer.ts";
import { rootsPending as rootsPendingCode } from "../../findings/codes/trust.ts";
import { caSecret } from "../../inventory/certificate-authority.ts";
import { findTyped } from "../../inventory/cluster.ts";
import { clusterOf, type Mesh, refIn } from "../../inventory/mesh.ts";
import {
  type OwnRoots,
  ownRoots,
  recordedRoots,
  rootConfigMap,
  rootKey,
  rootsAnnotation,
} from "../../inventory/roots.ts";
import { patchOf } from "../edits.ts";
import { hourMs, makeStep, minuteMs, type StepParts } from "../make-step.ts";
import type { PatchOp, Phase, Step } from "../plan.ts";
import { peersAround, type PlanContext } from "../plan-context.ts";
import { proxyWorkloads, restartable } from "../proxy-workloads.ts";
import { idsOf } from "./export.ts";

/**
 * Per mesh: `root-cert.pem` of the Secret `cacerts` := its present bytes, unchanged, and the other roots behind them;
 * istiod restarted; every proxy with a certificate from after the change. Never two istiods at once, because one
 * that has just restarted is ready before federation has synced (seen on Maistra 2.5); proxies of all meshes renew meanwhile.
 */
export function trustPhase(context: PlanContext): Phase {
  const steps: Step[] = [];
  const roots = ownRoots(context.inventory.meshes);
  let previous: readonly StepId[] = [];
  for (const mesh of context.participants) {
    const ofMesh = meshSteps(context, mesh, roots, previous);
    steps.push(...ofMesh);
    const istiods = ofMesh.filter(({ action }) => action.do === "restart" && equalRef(action.workload, mesh.istiod));
    if (istiods.length > 0) previous = idsOf(istiods);
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

function meshSteps(context: PlanContext, mesh: Mesh, roots: OwnRoots, apart: readonly StepId[]): Step[] {
  if (!mesh.roots.known) return [];
  const partners = context.partnersOf(mesh);
  const bundle = combinedBundle(mesh, partners, roots);
  if (bundle === null) {
    if (!trustsOthers(mesh, partners, roots)) return [];
    // istiod has published the roots; how far its pods and the proxies have come, no object shows.
    return proxySteps(context, mesh, mesh.roots.value.certificates, []);
  }
  const patch = rootsPending(context, mesh, bundle.pem) ? [] : [patchStep(context, mesh, bundle)];
  const istiod = restartIstiod(context, mesh, {
    phase: "trust",
    after: idsOf(patch),
    apart,
    rule: "trust.istiod-restart",
    // Until istiod has published its own roots again, the mesh is not what a plan was made from.
    ...(patch.length > 0
      ? { undo: { how: "wait", done: publishes(mesh, mesh.roots.value.pem), otherwise: "stop" } }
      : {}),
  });
  return [...patch, istiod, ...proxySteps(context, mesh, bundle.roots, [istiod.id])];
}

/** istiod shows in a ConfigMap which roots it goes by; the one that writes it is elected, which takes a while after a restart. */
function publishes(mesh: Mesh, pem: string): Condition {
  const ref = refIn(mesh.cluster, "", "ConfigMap", mesh.namespace, rootConfigMap);
  return { kind: "field", ref, pointer: pointer("data", rootKey), is: "equal", value: pem };
}

/** Whether an earlier run has written this bundle into the Secret, and istiod does not show it yet. */
function rootsPending(context: PlanContext, mesh: Mesh, pem: string): boolean {
  return recordedRoots(clusterOf(context.inventory, mesh), mesh) === hashOf(pem);
}

/** One finding for each mesh whose Secret an earlier run has written, and whose istiod has not been restarted since. */
export function pendingRoots(context: PlanContext): Finding[] {
  if (context.options.trust !== "combined-root") return [];
  const roots = ownRoots(context.inventory.meshes);
  return context.participants.flatMap((mesh) => {
    const bundle = combinedBundle(mesh, context.partnersOf(mesh), roots);
    if (bundle === null || !rootsPending(context, mesh, bundle.pem)) return [];
    const secret = refIn(mesh.cluster, "", "Secret", mesh.namespace, caSecret);
    return [rootsPendingCode.at([secret], { mesh: mesh.id, annotation: rootsAnnotation })];
  });
}

function patchStep(
  context: PlanContext,
  mesh: Mesh,
  bundle: { readonly pem: string; readonly roots: readonly Hash[] },
): Step {
  const own = mesh.roots.known ? mesh.roots.value : null;
  const secret = refIn(mesh.cluster, "", "Secret", mesh.namespace, caSecret);
  const path = `/data/${rootKey}`;
  const before = encodeText(own?.pem ?? "");
  const afterwards = encodeText(bundle.pem);
  const record = recordOps(context, mesh, hashOf(bundle.pem));
  return makeStep({
    phase: "trust",
    title: `Add the other meshes' roots to the CA bundle of ${mesh.id}`,
    action: { do: "patch", ref: secret, ops: [...patchOf([{ path, before, after: afterwards }]), ...record.write] },
    rule: "trust.combined-root",
    params: { before: own?.certificates.length ?? 0, after: bundle.roots.length },
    expect: "guarded",
    undo: {
      how: "actions",
      actions: [
        {
          do: "patch",
          ref: secret,
          ops: [...patchOf([{ path, before: afterwards, after: before }]), ...record.takeBack],
        },
      ],
    },
  });
}

interface RecordOps {
  readonly write: readonly PatchOp[];
  readonly takeBack: readonly PatchOp[];
}

/**
 * The same patch notes on the Secret which bundle it holds, since its values are never read: so that planning again between the
 * patch and istiod's restart does not plan the patch once more, which its own test would stop. Where the Secret has no annotation
 * at all, the whole map has to be added: guarded by a test of null, which an API server takes for "not there" (Kubernetes 1.34,
 * evanphx/json-patch 4.12, Patch.test), and not by the Secret's version, which every write and every undo moves.
 */
function recordOps(context: PlanContext, mesh: Mesh, hash: Hash): RecordOps {
  const secret = findTyped(clusterOf(context.inventory, mesh), "Secret", mesh.namespace, caSecret);
  const nothing: RecordOps = { write: [], takeBack: [] };
  if (!secret) return nothing;
  const { annotations } = secret.view.metadata;
  const path = pointer("metadata", "annotations", rootsAnnotation);
  const takeBack = patchOf([{ path, before: hash, after: undefined }]);
  if (Object.keys(annotations).length > 0) {
    const noted = annotations[rootsAnnotation];
    return { write: patchOf([{ path, before: noted, after: hash }]), takeBack };
  }
  return {
    write: [
      { op: "test", path: pointer("metadata", "annotations"), value: null },
      { op: "add", path: pointer("metadata", "annotations"), value: { [rootsAnnotation]: hash } },
    ],
    takeBack,
  };
}

/** Whether the mesh's bundle already holds roots that are not its own: an earlier run, or the user, has added them. */
function trustsOthers(mesh: Mesh, partners: readonly Mesh[], roots: OwnRoots): boolean {
  const own = new Set((roots.get(mesh.id) ?? []).map(({ hash }) => hash));
  return partners.some(({ id }) => (roots.get(id) ?? []).some(({ hash }) => !own.has(hash)));
}

/**
 * What is in the Secret is not yet in the proxies: also where nothing is left to write, they have to be waited for, and
 * restarted where that was asked for. One that holds the roots already is done with its step.
 */
function proxySteps(context: PlanContext, mesh: Mesh, include: readonly Hash[], after: readonly StepId[]): Step[] {
  const workloads = proxyWorkloads(context, mesh);
  const restarts = context.options.restartProxies
    ? restartable(workloads).map((workload) =>
        makeStep({
          phase: "trust",
          title: `Restart ${workload.kind} ${workload.namespace}/${workload.name}, for a certificate with the new roots`,
          action: { do: "restart", workload },
          rule: "trust.proxies-renew",
          after,
          done: all({ kind: "rolled-out", ref: workload }, { kind: "proxy-roots", workload, include }),
          timeoutMs: 15 * minuteMs,
        }),
      )
    : [];
  const wait = makeStep({
    phase: "trust",
    about: mesh.id,
    title: `Wait until every proxy of ${mesh.id} holds the new roots`,
    action: { do: "wait" },
    rule: "trust.proxies-renew",
    after: [...after, ...restarts.map(({ id }) => id)],
    done: all(...workloads.map((workload) => ({ kind: "proxy-roots", workload, include }) as const)),
    // A proxy renews its certificate at half of its 24 hours at the latest (Istio 1.20, security/pkg/nodeagent/cache).
    timeoutMs: context.options.restartProxies ? 15 * minuteMs : 24 * hourMs,
  });
  return [...restarts, wait];
}

/** A rolling restart of a mesh's istiod, done when federation has synced again on both ends of its links. */
export function restartIstiod(
  context: PlanContext,
  mesh: Mesh,
  parts: Pick<StepParts, "after" | "apart" | "rule" | "undo"> & { readonly phase: "trust" | "retire-peers" },
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
