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
 * envoy.tls.cert_validator.spiffe). The proxy's own certificate is the Secret "default".
 */
export function secretsIn(dump: Json): Pick<ProxyView, "roots" | "certificate"> {
  const roots = new Set<ProxyView["roots"][number]>();
  let certificate: ProxyView["certificate"] = null;
  for (const { secret = null } of objects(dump, "/configs")) {
    const bundles = [
      inlineText(secret, "/validation_context/trusted_ca"),
      ...objects(secret, "/validation_context/custom_validator_config/typed_config/trust_domains").map((domain) =>
        inlineText(domain, "/trust_bundle"),
      ),
    ];
    for (const bundle of bundles) for (const hash of certificateHashes(bundle)) roots.add(hash);
    if (text(secret, "/name") === "default")
      certificate = datesIn(inlineText(secret, "/tls_certificate/certificate_chain"));
  }
  return { roots: sortedUnique(roots), certificate };
}

function inlineText(value: Json, path: string): string {
  const bytes = text(value, `${path}/inline_bytes`);
  return bytes === "" ? text(value, `${path}/inline_string`) : Buffer.from(bytes, "base64").toString("utf8");
}

function datesIn(chain: string): ProxyView["certificate"] {
  const own = certificateBlocks(chain)[0];
  if (own === undefined) return null;
  try {
    const { validFrom, validTo } = new X509Certificate(own.pem);
    return { validFrom: new Date(validFrom).toISOString(), validTo: new Date(validTo).toISOString() };
  } catch {
    return null;
  }
}
