// Who a proxy is: its network, revision and certificate, and whom it trusts.
import { X509Certificate } from "node:crypto";
import { certificateBlocks, certificateHashes } from "../../core/certificates.ts";
import type { Json } from "../../core/json.ts";
import { sortedUnique } from "../../core/order.ts";
import type { ProxyView } from "../../conditions/facts.ts";
import { objects, text } from "../read.ts";
import type { AskProxy } from "./ask-proxy.ts";

export const nodePath = "config_dump?mask=bootstrap.node.metadata";

/**
 * Only what is public: Envoy writes a key as "[redacted]" into its dump (Envoy 1.28, source/server/admin/utils.cc), and the mask
 * leaves it out altogether.
 */
export const secretsPath =
  "config_dump?resource=dynamic_active_secrets&mask=name,secret.name,secret.validation_context,secret.tls_certificate.certificate_chain";

export async function readIdentity(ask: AskProxy, pod: string): Promise<ProxyView> {
  const [node, secrets] = await Promise.all([ask(nodePath), ask(secretsPath)]);
  return { pod, ...nodeIn(node), ...secretsIn(secrets) };
}

/** Of the metadata with which the proxy presents itself to istiod (Istio 1.20, pkg/model/proxy.go, NodeMetadata). */
export function nodeIn(dump: Json): Pick<ProxyView, "network" | "revision"> {
  const metadata = objects(dump, "/configs")[0];
  const at = (path: string): string => text(metadata, `/bootstrap/node/metadata${path}`);
  return { network: at("/NETWORK"), revision: at("/ANNOTATIONS/istio.io~1rev") || at("/LABELS/istio.io~1rev") };
}

/**
 * The roots stand in the Secret ROOTCA: as one bundle, or as one for each trust domain (Istio, SPIFFE validator:
 * envoy.tls.cert_validator.spiffe). Of these the own domain's count: the others come from peers, whatever istiod's bundle holds
 * (docs/facts.md, trust.per-domain-validator; that the own one is istiod's whole bundle, nobody has seen running). The proxy's own
 * certificate is the Secret "default".
 */
export function secretsIn(dump: Json): Pick<ProxyView, "roots" | "certificate"> {
  const bundles: string[] = [];
  const domains = new Map<string, string>();
  let own: X509Certificate | null = null;
  for (const { secret = null } of objects(dump, "/configs")) {
    bundles.push(inlineText(secret, "/validation_context/trusted_ca"));
    for (const domain of objects(secret, "/validation_context/custom_validator_config/typed_config/trust_domains"))
      domains.set(text(domain, "/name"), inlineText(domain, "/trust_bundle"));
    if (text(secret, "/name") === "default") own = firstOf(inlineText(secret, "/tls_certificate/certificate_chain"));
  }
  const ofOwn = domains.get(trustDomainOf(own));
  bundles.push(...(ofOwn === undefined ? domains.values() : [ofOwn]));
  return { roots: sortedUnique(bundles.flatMap(certificateHashes)), certificate: own === null ? null : datesOf(own) };
}

/** Of the identity in a certificate; "": none. */
function trustDomainOf(certificate: X509Certificate | null): string {
  return /URI:spiffe:\/\/([^/]+)\//u.exec(certificate?.subjectAltName ?? "")?.[1] ?? "";
}

function inlineText(value: Json, path: string): string {
  const bytes = text(value, `${path}/inline_bytes`);
  return bytes === "" ? text(value, `${path}/inline_string`) : Buffer.from(bytes, "base64").toString("utf8");
}

function firstOf(chain: string): X509Certificate | null {
  const own = certificateBlocks(chain)[0];
  if (own === undefined) return null;
  try {
    return new X509Certificate(own.pem);
  } catch {
    return null;
  }
}

function datesOf({ validFrom, validTo }: X509Certificate): ProxyView["certificate"] {
  return { validFrom: new Date(validFrom).toISOString(), validTo: new Date(validTo).toISOString() };
}
