// The roots that trust rests on: read, CAs, valid for long enough, and strong.
import {
  type CertificateFacts,
  certificateState,
  type CertificateState,
  certificateWeakness,
} from "../../../core/certificates.ts";
import type { Finding } from "../../../core/finding.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { type OwnRoots, ownRoots } from "../../../inventory/roots.ts";
import { rootEndsSoon, rootNotUsable, weakRoot } from "../../codes/trust.ts";
import type { Check, CheckInput } from "../check.ts";
import { linkedMeshes } from "../linked-meshes.ts";

const run: Check["run"] = (input) => {
  const roots = ownRoots(input.inventory.meshes);
  return linkedMeshes(input).all.flatMap((mesh) => ofMesh(input, mesh, roots));
};

interface Judged {
  readonly facts: CertificateFacts;
  /** Why a proxy would not accept it; null: it would. */
  readonly trouble: string | null;
  readonly state: CertificateState | null;
}

function ofMesh(input: CheckInput, mesh: Mesh, roots: OwnRoots): Finding[] {
  const { certificates, asOfMs } = clusterOf(input.inventory, mesh);
  if (certificates === null || !mesh.roots.known) return [];
  const at = [mesh.roots.value.source];
  const own = roots.get(mesh.id) ?? [];
  const read = own.flatMap(({ hash }) => certificates.get(hash) ?? []).map((facts) => judged(facts, asOfMs));
  const usable = read.filter(({ trouble }) => trouble === null);
  const unread = read.length < own.length ? ["one of its certificates cannot be read"] : [];
  if (usable.length === 0) {
    const reasons = [...read.map(({ facts, trouble }) => `${facts.subject} ${trouble ?? ""}`), ...unread];
    return [rootNotUsable.at(at, { mesh: mesh.id, reasons: reasons.join("; ") })];
  }
  const weak = usable.flatMap(({ facts }): Finding[] => {
    const reason = certificateWeakness(facts);
    return reason === null ? [] : [weakRoot.at(at, { mesh: mesh.id, subject: facts.subject, reason })];
  });
  return [...endsSoon(mesh, usable), ...weak];
}

function judged(facts: CertificateFacts, asOfMs: number | null): Judged {
  const state = asOfMs === null ? null : certificateState(facts, asOfMs);
  return { facts, state, trouble: facts.ca ? stateTrouble(facts, state) : "is no CA" };
}

function stateTrouble({ validFrom, validTo }: CertificateFacts, state: CertificateState | null): string | null {
  if (state === "expired") return `ended on ${validTo.slice(0, 10)}`;
  return state === "not yet valid" ? `is not valid before ${validFrom.slice(0, 10)}` : null;
}

/** What lasts longest counts: the others of a bundle are those that are being left or come next. */
function endsSoon(mesh: Mesh, usable: readonly Judged[]): Finding[] {
  if (!mesh.roots.known || usable.some(({ state }) => state !== "expires soon")) return [];
  const [last, ...others] = usable.map(({ facts }) => facts);
  if (!last) return [];
  const { subject, validTo } = others.reduce((best, each) => (each.validTo > best.validTo ? each : best), last);
  return [rootEndsSoon.at([mesh.roots.value.source], { mesh: mesh.id, end: validTo.slice(0, 10), subject })];
}

export const rootCertificates: Check = {
  fact: "The root of every linked mesh is a CA, strong, and valid for long enough",
  codes: [rootEndsSoon, rootNotUsable, weakRoot],
  reads: [],
  run,
  cannotTell: ({ inventory }) =>
    inventory.clusters.some(({ certificates, asOfMs }) => !certificates || asOfMs === null),
};
