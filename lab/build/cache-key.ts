// Names of cache folders: whatever changes what is in one changes its name.
import { createHash } from "node:crypto";

/** NAME-VERSION-HASH; the parts are hashed with their lengths, so that none can pass for another. */
export function cacheKey(name: string, version: string, parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return `${name}-${version}-${hash.digest("hex").slice(0, 12)}`;
}
