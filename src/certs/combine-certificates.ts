// Several PEM bundles as one: what a mesh that trusts several roots is given. Knows no file.
import { certificateBlocks } from "../core/certificates.ts";

/** The certificates of all texts in their order, each once, in lines of 64. Everything else in the texts, keys above all, is left out. */
export function combineCertificates(texts: readonly string[]): string {
  const blocks = new Map<string, string>();
  for (const { hash, pem } of texts.flatMap((text) => certificateBlocks(text))) {
    if (!blocks.has(hash)) blocks.set(hash, wellFormed(pem));
  }
  return [...blocks.values()].join("");
}

/** The block as openssl writes it, without the indentation that a manifest gave it. */
function wellFormed(pem: string): string {
  const body = pem.replaceAll(/-----[A-Z ]+-----|\s/gu, "");
  const lines = body.match(/.{1,64}/gu) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
