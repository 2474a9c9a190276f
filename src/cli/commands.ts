// The commands as data: names, flags and help. What a command does is loaded only when it is run.
import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { CommandContext } from "./cli-context.ts";
import {
  type CheckFlags,
  folderFlags,
  inputFlags,
  type InspectFlags,
  parseSubject,
  type PlanFlags,
  type RbacFlags,
  type ScaffoldFlags,
  sharedFlags,
  type SharedFlags,
} from "./flags.ts";
import { rehearseFlags, type RehearseFlags } from "./rehearse-flags.ts";
import { type VerifyFlags, verifyFlags } from "./verify-flags.ts";
import { leastConfiguration } from "../scaffold/usual.ts";
import { certs } from "./run-certs.ts";
import { applyFlags, type ApplyFlags, statusFlags, type StatusFlags, undoFlags, type UndoFlags } from "./run-flags.ts";

const inspect: Command<CommandContext> = buildCommand<InspectFlags, [], CommandContext>({
  loader: async () => (await import("./run-inspect.ts")).runInspect,
  parameters: {
    flags: {
      ...inputFlags,
      output: { kind: "enum", values: ["table", "json", "yaml", "mermaid"], brief: "What to print", default: "table" },
      save: {
        kind: "parsed",
        parse: String,
        brief: "Write what was read into this folder, to be read again with --mesh NAME=DIR/NAME",
        placeholder: "DIR",
        optional: true,
      },
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Show meshes, links, and what federation exports and imports" },
});

const check: Command<CommandContext> = buildCommand<CheckFlags, [], CommandContext>({
  loader: async () => (await import("./run-check.ts")).runCheck,
  parameters: {
    flags: {
      ...inputFlags,
      output: { kind: "enum", values: ["text", "json", "yaml"], brief: "What to print", default: "text" },
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Say what holds, what does not, and what could not be checked" },
});

const plan: Command<CommandContext> = buildCommand<PlanFlags, [], CommandContext>({
  loader: async () => (await import("./run-plan.ts")).runPlan,
  parameters: {
    flags: {
      ...inputFlags,
      ...folderFlags,
      noRehearse: {
        kind: "boolean",
        brief: "Do not rehearse the plan; apply refuses it then",
        optional: true,
        withNegated: false,
      },
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Plan the migration: phases, steps, manifests" },
});

const scaffold: Command<CommandContext> = buildCommand<ScaffoldFlags, [], CommandContext>({
  loader: async () => (await import("./run-scaffold.ts")).runScaffold,
  parameters: {
    flags: {
      config: {
        kind: "parsed",
        parse: String,
        brief: "The meshes, their links, apps, exports and imports (docs/scaffold.md)",
        placeholder: "FILE",
        optional: true,
      },
      ...folderFlags,
      ...sharedFlags,
    },
    aliases: { o: "output" },
  },
  docs: {
    brief: "Set up federated 2.6 meshes for a test bed",
    fullDescription: [
      "Set up federated OpenShift Service Mesh 2.6 meshes for a test bed: namespaces, control planes with federation gateways, peers, sample apps, exports and imports, as steps and manifests. Nothing is changed in any cluster.",
      "",
      "The least configuration, scaffold.yaml:",
      "",
      ...leastConfiguration.map((line) => `  ${line}`),
      "",
      "Then:",
      "",
      "  meshferry certs create --mesh east --mesh west --manifests --out certs",
      "  meshferry scaffold --config scaffold.yaml --out test-bed",
    ].join("\n"),
  },
});

const folder = {
  kind: "tuple",
  parameters: [{ parse: String, brief: "The plan folder", placeholder: "DIR" }],
} as const;

const apply: Command<CommandContext> = buildCommand<ApplyFlags, [string], CommandContext>({
  loader: async () => (await import("./run-apply.ts")).runApply,
  parameters: { flags: applyFlags, positional: folder, aliases: { o: "output" } },
  docs: { brief: "Carry a plan folder out in live clusters, or go on with it" },
});

const undo: Command<CommandContext> = buildCommand<UndoFlags, [string], CommandContext>({
  loader: async () => (await import("./run-undo.ts")).runUndo,
  parameters: { flags: undoFlags, positional: folder, aliases: { o: "output" } },
  docs: { brief: "Take back what apply has done, to the end of an earlier phase" },
});

const status: Command<CommandContext> = buildCommand<StatusFlags, [string?], CommandContext>({
  loader: async () => (await import("./run-status.ts")).runStatus,
  parameters: {
    flags: statusFlags,
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "The plan folder; none: from the clusters alone", placeholder: "DIR", optional: true },
      ],
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Say where a migration stands" },
});

const verify: Command<CommandContext> = buildCommand<VerifyFlags, [string], CommandContext>({
  loader: async () => (await import("./run-verify.ts")).runVerify,
  parameters: { flags: verifyFlags, positional: folder, aliases: { o: "output" } },
  docs: { brief: "See whether the plan's clients get through: their proxies, and real requests" },
});

const rehearse: Command<CommandContext> = buildCommand<RehearseFlags, [string?, string?], CommandContext>({
  loader: async () => (await import("./run-rehearse.ts")).runRehearse,
  parameters: {
    flags: rehearseFlags,
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          brief: "A plan folder; none: the plan that would be made of these meshes",
          placeholder: "DIR",
          optional: true,
        },
        { parse: String, brief: "With --explain: the host that the client dials", placeholder: "HOST", optional: true },
      ],
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Prove a plan: what becomes of requests after each step, before anything is touched" },
});

const demo: Command<CommandContext> = buildCommand<SharedFlags, [], CommandContext>({
  loader: async () => (await import("./run-demo.ts")).runDemo,
  parameters: { flags: sharedFlags },
  docs: { brief: "The whole story on a built-in example of two meshes: before, each phase, after, and back" },
});

const explain: Command<CommandContext> = buildCommand<SharedFlags, [string?], CommandContext>({
  loader: async () => (await import("./run-explain.ts")).runExplain,
  parameters: {
    flags: sharedFlags,
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: String,
          brief: "A finding's code, such as MF051; none: list all",
          placeholder: "code",
          optional: true,
        },
      ],
    },
  },
  docs: { brief: "Explain a finding" },
});

const rbac: Command<CommandContext> = buildCommand<RbacFlags, [], CommandContext>({
  loader: async () => (await import("./run-rbac.ts")).runRbac,
  parameters: {
    flags: {
      plan: {
        kind: "parsed",
        parse: String,
        brief: "A plan's folder: also what carrying it out takes, and undoing it",
        placeholder: "DIR",
        optional: true,
      },
      for: {
        kind: "parsed",
        parse: parseSubject,
        brief: "user:NAME, group:NAME or sa:NAMESPACE/NAME: binds the roles",
        placeholder: "SUBJECT",
        optional: true,
      },
      secrets: {
        kind: "boolean",
        brief: "Also the Secrets that tell what the CA is; who may list them may read them",
        optional: true,
        withNegated: false,
      },
      output: { kind: "enum", values: ["table", "json", "yaml"], brief: "What to print", default: "table" },
      ...sharedFlags,
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Print the least roles for reading clusters, and for a plan" },
});

/** All commands. */
export const commands: RouteMap<CommandContext> = buildRouteMap({
  routes: { inspect, check, plan, rehearse, rbac, scaffold, apply, undo, status, verify, demo, explain, certs },
  docs: { brief: "Moves federated OpenShift Service Mesh 2.6 meshes to OSSM 3 multi-cluster without losing a request" },
});
