// What is asked for when CAs are made, with the values that Istio's make targets set where nothing else is asked, and the checks
// that come before any key is made. Knows no certificate library, no file and no clock.
// Facts: istio 1.22.0, tools/certs/common.mk (variables ROOTCA_* and INTERMEDIATE_*) and Makefile.selfsigned.mk (openssl genrsa 4096).

export type KeyKind = { readonly type: "rsa"; readonly bits: 2048 | 3072 | 4096 } | { readonly type: "ec" };

/** What is known of a root that others have made. */
export interface GivenRoot {
  /** Its common name. */
  readonly name: string;
  /** Whole days that it is still valid. */
  readonly daysLeft: number;
}

export interface CertificatePlan {
  /** Names of the meshes; each becomes a folder and the intermediate's locality (L), as the make targets have it. */
  readonly meshes: readonly string[];
  readonly key: KeyKind;
  readonly organization: string;
  /** Common names; "{mesh}" stands for the mesh's name, "{Mesh}" for the name with a capital first letter. */
  readonly rootName: string;
  readonly intermediateName: string;
  readonly rootDays: number;
  readonly intermediateDays: number;
  /** One root for all meshes instead of one for each. */
  readonly sharedRoot: boolean;
  /** A root that exists and signs for all meshes, `rootName` and `rootDays` aside; null: roots are made. */
  readonly givenRoot: GivenRoot | null;
  /** The namespace of istiod: it stands in the intermediate's DNS name, and in manifests. */
  readonly namespace: string;
  /** Name of the ConfigMap with a peer's root; "{mesh}" stands for the peer's name. */
  readonly peerConfigMap: string;
}

/** RSA 4096, ten years for both, organisation "Istio": what the make targets do unless told otherwise. */
export const defaultPlan: Omit<CertificatePlan, "meshes"> = {
  key: { type: "rsa", bits: 4096 },
  organization: "Istio",
  rootName: "{Mesh} Root CA",
  intermediateName: "{Mesh} Intermediate CA",
  rootDays: 3650,
  intermediateDays: 3650,
  sharedRoot: false,
  givenRoot: null,
  namespace: "istio-system",
  peerConfigMap: "{mesh}-ca-root-cert",
};

export const sharedRootName = "Root CA";

/** Why a plan cannot be carried out; `field` is its member. */
export interface PlanTrouble {
  readonly field: keyof CertificatePlan;
  readonly value: string;
  readonly why: string;
}

/** RFC 5280, appendix A.1: ub-common-name and ub-organization-name. */
const longestName = 64;
const mostDays = 36_500;
// The same as for --mesh of the other commands: names go into paths, and no two of them differ in case alone.
const meshPattern = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/u;
const labelPattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u;
const objectPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** The name with the mesh's in its place. */
export function nameFor(pattern: string, mesh: string): string {
  const capital = mesh.slice(0, 1).toUpperCase() + mesh.slice(1);
  return pattern.replaceAll("{mesh}", () => mesh).replaceAll("{Mesh}", () => capital);
}

/** The first reason why the plan cannot be carried out, or null. */
export function planTrouble(plan: CertificatePlan): PlanTrouble | null {
  return meshTrouble(plan) ?? daysTrouble(plan) ?? subjectTrouble(plan) ?? objectTrouble(plan);
}

function meshTrouble({ meshes }: CertificatePlan): PlanTrouble | null {
  if (meshes.length === 0) return { field: "meshes", value: "", why: "No mesh is named." };
  for (const [at, mesh] of meshes.entries()) {
    if (!meshPattern.test(mesh)) {
      const why = "Names become folders: 1 to 32 lower-case letters, digits and dashes, no dash at either end.";
      return { field: "meshes", value: mesh, why };
    }
    if (meshes.indexOf(mesh) < at) return { field: "meshes", value: mesh, why: "The name is given twice." };
  }
  return null;
}

function daysTrouble({ givenRoot, rootDays: asked, intermediateDays }: CertificatePlan): PlanTrouble | null {
  const rootDays = givenRoot?.daysLeft ?? asked;
  const days = { rootDays: givenRoot ? 1 : asked, intermediateDays };
  for (const field of ["rootDays", "intermediateDays"] as const) {
    if (!Number.isInteger(days[field]) || days[field] < 1 || days[field] > mostDays)
      return { field, value: String(days[field]), why: `It is no number of days from 1 to ${mostDays}.` };
  }
  if (intermediateDays <= rootDays) return null;
  const why = `The intermediate would outlive its root (${countOfDays(rootDays)}): no chain through it would be valid any more.`;
  return { field: "intermediateDays", value: String(intermediateDays), why };
}

function countOfDays(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

function subjectTrouble(plan: CertificatePlan): PlanTrouble | null {
  const sample = (pattern: string) => plan.meshes.map((mesh) => nameFor(pattern, mesh));
  const names = [
    ...[plan.organization].map((value) => ({ field: "organization", value }) as const),
    ...(plan.givenRoot ? [] : sample(plan.rootName)).map((value) => ({ field: "rootName", value }) as const),
    ...sample(plan.intermediateName).map((value) => ({ field: "intermediateName", value }) as const),
  ];
  for (const { field, value } of names) {
    if (value.trim() === "") return { field, value, why: "It is empty." };
    if (unseen.test(value)) return { field, value, why: "It holds characters that cannot be seen." };
    if ([...value].length > longestName)
      return { field, value, why: `It is longer than the ${longestName} characters that certificates allow.` };
  }
  const root = plan.meshes.map((mesh) => plan.givenRoot?.name ?? nameFor(plan.rootName, mesh));
  const alike = sample(plan.intermediateName).find((name, at) => name === root[at]);
  const shared = plan.givenRoot ? null : sharedRootTrouble(plan, root);
  if (shared !== null) return shared;
  // Equal subject and issuer say "self-signed": the L of the intermediate keeps them apart, people would not.
  return alike === undefined ? null : { field: "intermediateName", value: alike, why: "It is the root's own name." };
}

/** Verifiers find a root by its name: two roots of one name in a bundle would hide each other. */
function sharedRootTrouble({ sharedRoot, rootName }: CertificatePlan, roots: readonly string[]): PlanTrouble | null {
  const field = "rootName";
  if (sharedRoot && nameFor(rootName, "") !== rootName)
    return { field, value: rootName, why: "A root that all meshes share cannot be named after one of them." };
  if (sharedRoot || new Set(roots).size === roots.length) return null;
  return {
    field,
    value: rootName,
    why: "Several roots would have one name, and verifiers find roots by name: use {mesh} in it.",
  };
}

function objectTrouble({ meshes, namespace, peerConfigMap }: CertificatePlan): PlanTrouble | null {
  if (!labelPattern.test(namespace)) return { field: "namespace", value: namespace, why: "It is no namespace's name." };
  const names = meshes.map((mesh) => nameFor(peerConfigMap, mesh));
  const wrong = names.find((name) => !objectPattern.test(name) || name.length > 200);
  if (wrong !== undefined) return { field: "peerConfigMap", value: wrong, why: "It is no name of a ConfigMap." };
  if (new Set(names).size < names.length)
    return {
      field: "peerConfigMap",
      value: peerConfigMap,
      why: "Several peers would share one name: use {mesh} in it.",
    };
  if (names.includes("cacerts"))
    return { field: "peerConfigMap", value: peerConfigMap, why: "Its file would take the place of cacerts.yaml." };
  // istiod writes its own roots into a ConfigMap of this name in every namespace (istio 1.22, constants.CACertNamespaceConfigMap).
  if (names.includes("istio-ca-root-cert"))
    return {
      field: "peerConfigMap",
      value: "istio-ca-root-cert",
      why: "istiod keeps the mesh's own root under that name.",
    };
  return null;
}
