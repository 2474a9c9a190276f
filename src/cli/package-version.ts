// The version of this package, from its own package.json.
import { readFileSync } from "node:fs";

/** "0.1.0"; works from src/ and from dist/, which lie equally deep. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
