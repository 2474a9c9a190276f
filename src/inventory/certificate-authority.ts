// Where a mesh's certificates come from, as far as its control plane, its pods and the names of Secrets tell. No key and no
// value of a Secret is looked at.
import { certificateBlocks } from "../core/certificates.ts";
import type { Known } from "../core/finding.ts";
import { type Cluster, coverageOf, findTyped, type Typed } from "./cluster.ts";

/**
 * "plugged-in": the Secret cacerts, which nobody else keeps; "cert-manager": cacerts as a Certificate's Secret; "owned": cacerts
 * that another controller writes; "istio-csr", "spire", "custom": somebody else than istiod signs; "self-signed": istiod's own.
 */
export type CaKind =
  | "plugged-in"
  | "self-signed"
  | "cert-manager"
  | "owned"
  | "istio-csr"
  | "spire"
  | "custom"
  | "unknown";

export interface CertificateAuthority {
  readonly kind: CaKind;
  /** What shows it, in words: completes "the CA is …, because …". */
  readonly shownBy: string;
}

/** The Secret that istiod mounts its CA from (Istio 1.20, pilot/pkg/bootstrap/istio_ca.go; Maistra operator 2.5, istio-discovery chart). */
export const caSecret = "cacerts";
const selfSignedSecret = "istio-ca-secret";

interface Seen {
  readonly cluster: Cluster;
  readonly controlPlane: Typed<"ServiceMeshControlPlane.maistra.io">;
  readonly roots: Known<{ readonly pem: string }>;
  readonly trustDomain: string;
}

/** Which kind of CA signs the certificates of a mesh. What the control plane says comes before what Secrets suggest. */
export function certificateAuthority(seen: Seen): CertificateAuthority {
  return signerElsewhere(seen) ?? signerByProxies(seen) ?? fromSecrets(seen);
}

/** Maistra operator 2.5, pkg/apis/maistra/v2/security.go and conversion/security.go; Istio 1.20, pilot/pkg/features. */
function signerElsewhere({ controlPlane }: Seen): CertificateAuthority | null {
  const { spec, status, metadata } = controlPlane.view;
  const current = status.observedGeneration === metadata.generation;
  const { certificateAuthority: own } = spec.security;
  const declared = own.type === "" && current ? status.appliedSpec.security.certificateAuthority : own;
  const field = "spec.security.certificateAuthority.type";
  if (declared.type === "cert-manager") return { kind: "istio-csr", shownBy: `${field} is cert-manager` };
  if (declared.type === "Custom") {
    const { address } = declared.custom;
    return { kind: kindByAddress(address), shownBy: `${field} is Custom${address ? `, at ${address}` : ""}` };
  }
  const { env } = spec.runtime.components.pilot.container;
  if (/^(?:false|f|0)$/iu.test(env["ENABLE_CA_SERVER"] ?? "")) {
    return { kind: "custom", shownBy: "ENABLE_CA_SERVER of istiod is false" };
  }
  const external = env["EXTERNAL_CA"] ?? "";
  return external === "" ? null : { kind: "custom", shownBy: `EXTERNAL_CA of istiod is ${external}` };
}

function kindByAddress(address: string): CaKind {
  if (/istio-csr/iu.test(address)) return "istio-csr";
  return /spire|spiffe/iu.test(address) ? "spire" : "custom";
}

/**
 * What the proxies beside istiod are told: CA_ADDR is istiod's own Service unless global.caAddress says otherwise (Istio 1.20,
 * injection template), and SPIRE hands certificates to a pod through a volume of its CSI driver (Istio 1.20, samples/security/spire).
 */
function signerByProxies({ cluster, controlPlane }: Seen): CertificateAuthority | null {
  const { namespace } = controlPlane.ref;
  for (const { ref, view } of cluster.typed.Pod) {
    if (ref.namespace !== namespace) continue;
    if (view.spec.volumes.some(({ csi }) => csi?.driver === "csi.spiffe.io")) {
      return { kind: "spire", shownBy: `pod ${ref.namespace}/${ref.name} has a volume of csi.spiffe.io` };
    }
    const proxy = [...view.spec.containers, ...view.spec.initContainers].find(({ name }) => name === "istio-proxy");
    const address = proxy?.env.find(({ name }) => name === "CA_ADDR")?.value ?? "";
    if (address === "" || address.startsWith("istiod")) continue;
    return {
      kind: kindByAddress(address),
      shownBy: `pod ${ref.namespace}/${ref.name} asks ${address} for certificates`,
    };
  }
  return null;
}

function fromSecrets({ cluster, controlPlane, roots, trustDomain }: Seen): CertificateAuthority {
  const { namespace } = controlPlane.ref;
  const { env } = controlPlane.view.spec.runtime.components.pilot.container;
  const secret = findTyped(cluster, "Secret", namespace, caSecret);
  // istiod then keeps what it made itself in cacerts (Istio 1.20, pilot/pkg/features, USE_CACERTS_FOR_SELF_SIGNED_CA).
  if (/^(?:true|t|1)$/iu.test(env["USE_CACERTS_FOR_SELF_SIGNED_CA"] ?? "")) {
    return { kind: "self-signed", shownBy: "USE_CACERTS_FOR_SELF_SIGNED_CA of istiod is true" };
  }
  if (secret) return byKeeper(secret);
  if (findTyped(cluster, "Secret", namespace, selfSignedSecret)) {
    return { kind: "self-signed", shownBy: `there is a Secret ${selfSignedSecret}, and no ${caSecret}` };
  }
  if (coverageOf(cluster, "Secret") === "listed") {
    return { kind: "self-signed", shownBy: `there is no Secret ${caSecret}` };
  }
  // istiod names its own root after the trust domain, and gives it no other name (Istio 1.20, security/pkg/pki/ca/ca.go).
  const [first] = roots.known ? certificateBlocks(roots.value.pem) : [];
  const facts = first && cluster.certificates?.get(first.hash);
  if (facts?.selfSigned && facts.subject === `O=${trustDomain}`) {
    return { kind: "self-signed", shownBy: `its root is called O=${trustDomain} and nothing else` };
  }
  return { kind: "unknown", shownBy: "no Secrets were supplied" };
}

/** Controllers that write Secrets, by what they leave on them: External Secrets, the Secrets Store CSI driver, Sealed Secrets. */
const keepers: readonly (readonly [string, RegExp])[] = [
  ["External Secrets", /^reconcile\.external-secrets\.io\//u],
  ["the Secrets Store CSI driver", /^secrets-store\.csi\.k8s\.io\/managed$/u],
  ["Sealed Secrets", /^sealedsecrets\.bitnami\.com\/(?:managed|cluster-wide)$/u],
];

function byKeeper({ view }: Typed<"Secret">): CertificateAuthority {
  const { metadata, type } = view;
  const certificate = metadata.annotations["cert-manager.io/certificate-name"];
  const [owner] = metadata.ownerReferences;
  if (certificate !== undefined || owner?.apiVersion.startsWith("cert-manager.io/")) {
    return {
      kind: "cert-manager",
      shownBy: `the Secret ${caSecret} belongs to Certificate ${certificate || owner?.name}`,
    };
  }
  if (owner) return { kind: "owned", shownBy: `the Secret ${caSecret} belongs to ${owner.kind} ${owner.name}` };
  const marks = [...Object.keys(metadata.annotations), ...Object.keys(metadata.labels)];
  const keeper = keepers.find(([, mark]) => marks.some((each) => mark.test(each)));
  if (keeper) return { kind: "owned", shownBy: `the Secret ${caSecret} is kept by ${keeper[0]}` };
  // Such a Secret holds tls.crt, tls.key and ca.crt, and istiod takes its roots from ca.crt (Istio 1.20, istio_ca.go).
  if (type === "kubernetes.io/tls") {
    return { kind: "owned", shownBy: `the Secret ${caSecret} is of type kubernetes.io/tls, without root-cert.pem` };
  }
  return { kind: "plugged-in", shownBy: `there is a Secret ${caSecret} that nobody else keeps` };
}

/** Whether the roots of other meshes can be added to `root-cert.pem` of cacerts; null: not known. */
export function takesRoots({ kind }: CertificateAuthority): boolean | null {
  return kind === "unknown" ? null : kind === "plugged-in";
}
