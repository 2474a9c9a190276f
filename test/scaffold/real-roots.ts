// Real root certificates for meshes of tests: federation compares them as certificates.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eastWest } from "../support/example.ts";

/** The example has two roots; meshes take them in turn, and a ring of even length so differs from neighbour to neighbour. */
export function rootsFrom(names: readonly string[]): ReadonlyMap<string, string> {
  const roots = ["east", "west"].map((side) => readFileSync(join(eastWest, `${side}-root-cert.pem`), "utf8"));
  return new Map(names.map((name, at) => [name, roots[at % roots.length] ?? ""]));
}
