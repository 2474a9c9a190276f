// Several PEM bundles as one: what a mesh that trusts several roots is given. Knows no file.
import { certificateBlocks } from "../core/certificates.ts";

/** The certificates of all texts in their order, each once. Everything else in the texts, keys above all, is left out. */
export function combineCertificates(texts: readonly string[]): string {
  const blocks = new Map<string, string>();
  for (const { hash, pem } of texts.flatMap((text) => certificateBlocks(text))) {
    if (!blocks.has(hash)) blocks.set(hash, pem);
  }
  return [...blocks.values()].join("");
}
