// The flags that several commands share, and how their texts are read. Opens no file.
import type { Subject } from "../plan/roles.ts";
import { UserError } from "./user-error.ts";

/** One `--mesh NAME=PATH`; "context:…" as path is a live cluster. */
export interface MeshFlag {
  readonly name: string;
  readonly path: string;
}

/** One `--kubeconfig FILE`, for all live clusters, or `--kubeconfig NAME=FILE`, for the one of that name. */
export interface KubeconfigFlag {
  readonly name: string | null;
  readonly file: string;
}

export type ColorFlag = "auto" | "always" | "never";

export interface SharedFlags {
  readonly debug?: boolean;
  readonly color: ColorFlag;
}

export interface InputFlags extends SharedFlags {
  readonly mesh?: readonly MeshFlag[];
  readonly kubeconfig?: readonly KubeconfigFlag[];
  readonly config?: string;
  readonly maxFileSize: number;
  readonly asOf?: Date;
}

export interface InspectFlags extends InputFlags {
  readonly save?: string;
  readonly output: "table" | "json" | "yaml" | "mermaid";
}

export interface CheckFlags extends InputFlags {
  readonly output: "text" | "json" | "yaml";
}

export interface PlanFlags extends InputFlags {
  readonly output: "text" | "json";
  readonly out?: string;
  readonly noRehearse?: boolean;
}

export interface ScaffoldFlags extends SharedFlags {
  readonly config?: string;
  readonly output: "text" | "json";
  readonly out?: string;
}

export interface RbacFlags extends SharedFlags {
  readonly plan?: string;
  readonly for?: Subject;
  readonly secrets?: boolean;
  readonly output: "table" | "json" | "yaml";
}

const namePattern = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/u;

/** "east=./east" → name and path. */
export function parseMesh(text: string): MeshFlag {
  const at = text.indexOf("=");
  const name = at < 0 ? "" : text.slice(0, at);
  const path = text.slice(at + 1);
  if (at < 0 || path === "") {
    throw new UserError({
      what: `--mesh ${text}: not of the form NAME=PATH`,
      todo: "Give each cluster a short name: --mesh east=./east, --mesh east=context:CONTEXT",
    });
  }
  if (!namePattern.test(name)) {
    throw new UserError({
      what: `--mesh ${text}: "${name}" is not a usable name`,
      why: "Names go into file names and commands: 1 to 32 lower-case letters, digits and dashes, no dash at either end.",
      todo: "Choose another name: --mesh east=./east",
    });
  }
  return { name, path };
}

/** What stands behind "context:", or null for files. */
export function contextText({ path }: MeshFlag): string | null {
  return path.startsWith("context:") ? path.slice("context:".length) : null;
}

/** "FILE", or "east=FILE". */
export function parseKubeconfig(text: string): KubeconfigFlag {
  const at = text.indexOf("=");
  const name = at < 0 ? "" : text.slice(0, at);
  const named = namePattern.test(name);
  const file = named ? text.slice(at + 1) : text;
  if (file !== "") return { name: named ? name : null, file };
  throw new UserError({
    what: `--kubeconfig ${text}: names no file`,
    todo: "Give a file for all clusters, or for one: --kubeconfig east=./east.kubeconfig",
  });
}

/** "user:NAME", "group:NAME", "sa:NAMESPACE/NAME". */
export function parseSubject(text: string): Subject {
  const [, kind, name = ""] = /^(user|group|sa):(.+)$/u.exec(text) ?? [];
  const [namespace = "", account = "", ...more] = name.split("/");
  if (kind === "user") return { kind: "User", name };
  if (kind === "group") return { kind: "Group", name };
  if (kind === "sa" && namespace !== "" && account !== "" && more.length === 0)
    return { kind: "ServiceAccount", namespace, name: account };
  throw new UserError({
    what: `--for ${text}: nobody that roles can be given to`,
    todo: "Give user:NAME, group:NAME or sa:NAMESPACE/NAME",
  });
}

/** "2026-12-31" (its first moment in UTC) or "2026-12-31T12:00:00Z". */
export function parseTime(text: string): Date {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/u;
  const time = new Date(text);
  // Date.parse carries 30 February over into March.
  const rightDay = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(rightDay.getTime()) && rightDay.toISOString().startsWith(text.slice(0, 10));
  if (form.test(text) && exists && !Number.isNaN(time.getTime())) return time;
  throw new UserError({
    what: `--as-of ${text}: not a day or time`,
    todo: "Give a day or a time with its zone: --as-of 2026-12-31, --as-of 2026-12-31T12:00:00Z",
  });
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  K: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/** "256Mi" → bytes. */
export function parseSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,12})(K|M|G|Ki|Mi|Gi)?$/u.exec(text) ?? [];
  const bytes = Number(digits) * (units[unit] ?? 0);
  if (digits === "" || bytes < 1 || !Number.isSafeInteger(bytes)) {
    throw new UserError({
      what: `--max-file-size ${text}: not a size`,
      todo: "Give bytes, with a suffix if you like: 268435456, 256Mi, 1G (K, M, G, Ki, Mi, Gi)",
    });
  }
  return bytes;
}

const debug = {
  kind: "boolean",
  brief: "Show the stack trace when meshferry itself fails",
  optional: true,
  withNegated: false,
} as const;
const color = {
  kind: "enum",
  values: ["auto", "always", "never"],
  brief: "Colours in the text output",
  default: "auto",
} as const;

/** What a command that makes a plan prints, and where it writes the plan's folder. */
export const folderFlags = {
  output: { kind: "enum", values: ["text", "json"], brief: "What to print", default: "text" },
  out: {
    kind: "parsed",
    parse: String,
    brief: "Write manifests and commands into this folder",
    placeholder: "DIR",
    optional: true,
  },
} as const;

export const sharedFlags = { debug, color } as const;

/** The flags of commands that read clusters. */
export const inputFlags = {
  mesh: {
    kind: "parsed",
    parse: parseMesh,
    brief:
      "NAME=PATH: a cluster and its manifests (file or folder), or NAME=context:CONTEXT: a live one; once for each",
    placeholder: "NAME=PATH",
    variadic: true,
    optional: true,
  },
  kubeconfig: {
    kind: "parsed",
    parse: parseKubeconfig,
    brief: "FILE, or NAME=FILE for one cluster: where contexts are looked up, instead of KUBECONFIG",
    placeholder: "FILE",
    variadic: true,
    optional: true,
  },
  config: {
    kind: "parsed",
    parse: String,
    brief: "Meshes and options from a meshferry.yaml",
    placeholder: "FILE",
    optional: true,
  },
  maxFileSize: {
    kind: "parsed",
    parse: parseSize,
    brief: "Skip larger files (bytes; K, M, G, Ki, Mi, Gi)",
    placeholder: "SIZE",
    default: "256Mi",
  },
  asOf: {
    kind: "parsed",
    parse: parseTime,
    brief: "Judge certificates as of this day or time (default: now)",
    placeholder: "TIME",
    optional: true,
  },
  debug,
  color,
} as const;
