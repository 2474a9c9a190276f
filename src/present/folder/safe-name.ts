// File names from the names of objects: a name from the user's input never leaves its folder and never surprises a shell.
import { shortHash } from "../../core/hash.ts";

const longest = 100;

/** Only [a-z0-9.-], no "..", at most 100 characters; a short hash stands behind every name that had to be changed. */
export function safeName(name: string): string {
  const plain = name
    .replaceAll(/[^a-z0-9.-]+/gu, "-")
    .replaceAll(/\.{2,}/gu, ".")
    .replaceAll(/^[.-]+|[.-]+$/gu, "");
  if (plain === name && name !== "" && name.length <= longest) return name;
  return `${plain.slice(0, longest - 10).replaceAll(/[.-]+$/gu, "") || "object"}-${shortHash(name)}`;
}

/** The environment variable for a name: "CONTEXT_EAST", "SLOT_WEST_ADDRESSES". */
export function variableName(prefix: string, name: string): string {
  const plain = name.toUpperCase().replaceAll(/[^A-Z0-9]+/gu, "_");
  const exact = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u.test(name) && !name.includes("--");
  return `${prefix}_${exact ? plain : `${plain.slice(0, 60).replaceAll(/^_+|_+$/gu, "")}_${shortHash(name).toUpperCase()}`}`;
}
