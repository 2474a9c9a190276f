// The flags of apply, undo and status, and how their texts are read. Opens no file.
import type { OnlyService } from "../run/selection.ts";
import { inputFlags, type InputFlags, type SharedFlags, sharedFlags } from "./flags.ts";
import { UserError } from "./user-error.ts";

export interface RunFlags extends SharedFlags, Pick<InputFlags, "mesh" | "kubeconfig" | "config"> {
  readonly until?: string;
  readonly only?: readonly OnlyService[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly takeOver?: boolean;
  readonly allowGitopsOwned?: boolean;
  readonly output: "text" | "json";
}

export interface ApplyFlags extends RunFlags {
  readonly withoutRehearsal?: boolean;
  readonly drainTimeout?: number;
}

export interface UndoFlags extends RunFlags {
  readonly to?: string;
}

export interface StatusFlags extends SharedFlags, Pick<InputFlags, "mesh" | "kubeconfig" | "config"> {
  readonly output: "text" | "json";
}

/** "orders/shop": the Service orders in namespace shop. */
export function parseOnly(text: string): OnlyService {
  const [service = "", namespace = "", ...rest] = text.split("/");
  if (service !== "" && namespace !== "" && rest.length === 0) return { service, namespace };
  throw new UserError({
    what: `--only ${text}: not of the form SERVICE/NAMESPACE`,
    todo: "Name a service and its namespace, as clients dial it or as its exporter has it: --only orders/shop",
  });
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** "90s", "5m", "1h" → milliseconds. */
export function parseDuration(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,6})([smh])$/u.exec(text) ?? [];
  const ms = Number(digits) * (unitsMs[unit] ?? Number.NaN);
  if (digits !== "" && Number.isFinite(ms)) return ms;
  throw new UserError({
    what: `--drain-timeout ${text}: not a time`,
    todo: "Give seconds, minutes or hours: --drain-timeout 90s, --drain-timeout 5m",
  });
}

const flag = (brief: string) => ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;
const phase = (brief: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder: "PHASE", optional: true }) as const;

const clusterFlags = {
  mesh: {
    ...inputFlags.mesh,
    brief: "NAME=context:CONTEXT: a cluster of the plan; once for each",
    placeholder: "NAME=context:CONTEXT",
  },
  kubeconfig: inputFlags.kubeconfig,
  config: { ...inputFlags.config, brief: "The meshferry.yaml that the plan was made with" },
} as const;

const output = { kind: "enum", values: ["text", "json"], brief: "What to print", default: "text" } as const;

const runFlags = {
  ...clusterFlags,
  only: {
    kind: "parsed",
    parse: parseOnly,
    brief: "Only what this service needs; once for each",
    placeholder: "SERVICE/NAMESPACE",
    variadic: true,
    optional: true,
  },
  dryRun: flag("Ask the servers what would happen, and change nothing"),
  yes: flag("Ask nothing"),
  takeOver: flag("Take the clusters' Leases from a run that is not at work any more"),
  allowGitopsOwned: flag("Change also what Argo CD or Flux keep"),
  output,
  ...sharedFlags,
} as const;

export const applyFlags = {
  ...runFlags,
  until: phase("The last phase that is carried out"),
  withoutRehearsal: flag("Apply a plan that was not rehearsed"),
  drainTimeout: {
    kind: "parsed",
    parse: parseDuration,
    brief: "Wait so long for connections on the old path, then go on without them",
    placeholder: "TIME",
    optional: true,
  },
} as const;

export const undoFlags = {
  ...runFlags,
  to: phase('The phase at whose end things are to be again; "start": before the first'),
  until: phase("The last phase that is taken back"),
} as const;

export const statusFlags = { ...clusterFlags, output, ...sharedFlags } as const;
