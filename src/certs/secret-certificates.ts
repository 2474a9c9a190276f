// The certificates of Secrets named cacerts, and nothing else of them: keys are passed by without being decoded.
import { certificateBlocks } from "../core/certificates.ts";
import { isJsonObject } from "../core/json.ts";
import type { AuthorityTexts } from "./check-authority.ts";

export interface SecretCertificates {
  /** "Secret NAMESPACE/NAME". */
  readonly name: string;
  readonly texts: AuthorityTexts;
}

/** Of a document as it was parsed: one Secret, or a list with some. Others than `cacerts` are not opened. */
export function secretCertificates(document: unknown): SecretCertificates[] {
  if (!isJsonObject(document)) return [];
  const items = Array.isArray(document["items"]) ? document["items"] : [document];
  return items.flatMap((item: unknown) => {
    if (!isJsonObject(item) || item["kind"] !== "Secret" || !isJsonObject(item["metadata"])) return [];
    const { name, namespace } = item["metadata"];
    if (name !== "cacerts") return [];
    const read = (key: string): string | null => certificatesUnder(item, key);
    const place = `Secret ${typeof namespace === "string" ? `${namespace}/` : ""}${name}`;
    const texts = { "ca-key.pem": null, "root-key.pem": null };
    // With tls.crt istiod takes these members and looks at no others (Istio 1.20, pilot/pkg/bootstrap/istio_ca.go).
    const tls = read("tls.crt");
    if (tls !== null) {
      const certificates = { "root-cert.pem": read("ca.crt"), "ca-cert.pem": tls, "cert-chain.pem": tls };
      return [{ name: place, texts: { ...texts, ...certificates } }];
    }
    const certificates = {
      "root-cert.pem": read("root-cert.pem"),
      "ca-cert.pem": read("ca-cert.pem"),
      "cert-chain.pem": read("cert-chain.pem"),
    };
    if (Object.values(certificates).every((text) => text === null)) return [];
    return [{ name: place, texts: { ...texts, ...certificates } }];
  });
}

/** The certificates of one member, of whatever else it holds not a byte; null: there is no such member. */
function certificatesUnder(secret: { readonly [key: string]: unknown }, key: string): string | null {
  const { data, stringData } = secret;
  const plain = isJsonObject(stringData) ? stringData[key] : undefined;
  const coded = isJsonObject(data) ? data[key] : undefined;
  const text =
    typeof plain === "string"
      ? plain
      : typeof coded === "string"
        ? Buffer.from(coded, "base64").toString("utf8")
        : null;
  if (text === null) return null;
  return certificateBlocks(text)
    .map(({ pem }) => pem)
    .join("");
}
