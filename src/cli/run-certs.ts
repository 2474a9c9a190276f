// The commands below `certs` as data: names, flags and help. What they do is loaded only when they are run.
import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import type { CommandContext } from "./cli-context.ts";
import { parseTime, sharedFlags, type SharedFlags } from "./flags.ts";
import { type CertsCreateFlags, type CertsInspectFlags, parseDays } from "./run-certs-flags.ts";

const text = { kind: "parsed", parse: String, optional: true } as const;
const days = { kind: "parsed", parse: parseDays, placeholder: "N", optional: true } as const;
const yes = { kind: "boolean", optional: true, withNegated: false } as const;

const create: Command<CommandContext> = buildCommand<CertsCreateFlags, [], CommandContext>({
  loader: async () => (await import("./run-certs-create.ts")).runCertsCreate,
  parameters: {
    flags: {
      mesh: {
        kind: "parsed",
        parse: String,
        brief: "A mesh, and the name of its folder; once for each",
        placeholder: "NAME",
        variadic: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "The folder that the meshes' folders are made in",
        placeholder: "DIR",
      },
      key: { kind: "enum", values: ["rsa", "ec"], brief: "RSA 4096 or EC P-256", default: "rsa" },
      organization: { ...text, brief: "O of every certificate (default: Istio)", placeholder: "ORG" },
      rootCn: { ...text, brief: 'CN of the roots (default: "{Mesh} Root CA")', placeholder: "NAME" },
      intermediateCn: {
        ...text,
        brief: 'CN of the intermediates (default: "{Mesh} Intermediate CA")',
        placeholder: "NAME",
      },
      sharedRoot: { ...yes, brief: "One root for all meshes" },
      root: {
        ...text,
        brief: "A folder with the root-cert.pem and root-key.pem of a root that signs for all meshes",
        placeholder: "DIR",
      },
      daysRoot: { ...days, brief: "Days that roots are valid (default: 3650)" },
      daysIntermediate: { ...days, brief: "Days that intermediates are valid (default: 3650)" },
      manifests: { ...yes, brief: "Also Secrets cacerts, peers' ConfigMaps and combined roots" },
      namespace: { ...text, brief: "The control planes' namespace (default: istio-system)", placeholder: "NAME" },
      peerConfigMap: {
        ...text,
        brief: 'Name of a peer\'s ConfigMap (default: "{mesh}-ca-root-cert")',
        placeholder: "NAME",
      },
      force: { ...yes, brief: "Replace files that are there already" },
      output: { kind: "enum", values: ["text", "json"], brief: "What to print", default: "text" },
      ...sharedFlags,
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Make root and intermediate CAs in Istio's layout" },
});

const combine: Command<CommandContext> = buildCommand<SharedFlags, string[], CommandContext>({
  loader: async () => (await import("./run-certs-combine.ts")).runCertsCombine,
  parameters: {
    flags: sharedFlags,
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "A PEM file with certificates", placeholder: "FILE" },
      minimum: 1,
    },
  },
  docs: { brief: "Print the certificates of several files as one bundle, each once" },
});

const inspect: Command<CommandContext> = buildCommand<CertsInspectFlags, string[], CommandContext>({
  loader: async () => (await import("./run-certs-inspect.ts")).runCertsInspect,
  parameters: {
    flags: {
      output: { kind: "enum", values: ["table", "json"], brief: "What to print", default: "table" },
      asOf: {
        kind: "parsed",
        parse: parseTime,
        brief: "Judge as of this day or time (default: now)",
        placeholder: "TIME",
        optional: true,
      },
      ...sharedFlags,
    },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "A PEM file, a manifest, or a folder of them", placeholder: "PATH" },
      minimum: 1,
    },
    aliases: { o: "output" },
  },
  docs: { brief: "Show certificates: names, keys, dates, fingerprints" },
});

/** `meshferry certs …` */
export const certs: RouteMap<CommandContext> = buildRouteMap({
  routes: { create, combine, inspect },
  docs: { brief: "Make CAs for meshes, combine roots, look at certificates" },
});
