// meshferry.yaml to settings, or to findings with file and line. Reads that one file; whether the paths in it exist is for the
// readers of meshes to say.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Finding, Produced } from "../core/finding.ts";
import { clusterId } from "../core/ids.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import {
  configKeyUnknown,
  configSyntax,
  configUnreadable,
  configValueWrong,
  configVersionUnknown,
  trustOrderUnsupported,
} from "../findings/codes/inputs.ts";
import { checkConfig } from "./check-config.ts";
import { configJsonSchema } from "./config-json-schema.ts";
import { parseConfigText, type ConfigText } from "./config-lines.ts";
import { configFile, CONFIG_VERSION, type ConfigFile } from "./config-shape.ts";
import { settingsOf, type Config, type MeshSource } from "./config.ts";
import { nearMiss } from "./near-miss.ts";

type Way = readonly PropertyKey[];

/** Reads a configuration file. The value is null if anything in it is wrong; relative paths in it are joined to its folder. */
export async function readConfig(file: string): Promise<Produced<Config | null>> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    return refused([configUnreadable.at([{ file, line: 1 }], { reason: readReason(error) })]);
  }
  const parsed = parseConfigText(text);
  if (parsed.errors.length > 0) {
    return refused(parsed.errors.map(({ line, reason }) => configSyntax.at([{ file, line }], { reason })));
  }
  const version = isJsonObject(parsed.value) ? parsed.value["apiVersion"] : undefined;
  if (typeof version === "string" && version !== CONFIG_VERSION) {
    const place = [{ file, line: parsed.lineOf(["apiVersion"]) }];
    return refused([configVersionUnknown.at(place, { found: shown(version), expected: CONFIG_VERSION })]);
  }
  const result = configFile.safeParse(parsed.value);
  if (!result.success) {
    return refused(result.error.issues.flatMap((issue) => issueFindings(issue, parsed, file)));
  }
  const problems = checkConfig(result.data);
  if (problems.length > 0) {
    return refused(problems.map(({ at, problem }) => valueWrong(at, problem, parsed, file)));
  }
  return { value: configOf(result.data, path.dirname(file)), findings: [] };
}

function refused(findings: readonly Finding[]): Produced<null> {
  const line = (finding: Finding) => finding.subjects.map((subject) => ("line" in subject ? subject.line : 0))[0] ?? 0;
  return { value: null, findings: [...findings].sort((left, right) => line(left) - line(right)) };
}

function configOf(file: ConfigFile, folder: string): Config {
  const meshes = file.meshes.map((mesh) => ({
    name: clusterId(mesh.name),
    source: sourceOf(mesh, folder),
  }));
  return { ...settingsOf(file), meshes };
}

function sourceOf(mesh: ConfigFile["meshes"][number], folder: string): MeshSource {
  const joined = (written: string) => (path.isAbsolute(written) ? written : path.join(folder, written));
  if (mesh.context !== undefined) {
    const kubeconfig = mesh.kubeconfig === undefined ? null : joined(mesh.kubeconfig);
    return { from: "context", context: mesh.context, kubeconfig };
  }
  const paths = mesh.paths ?? (mesh.path === undefined ? [] : [mesh.path]);
  return { from: "files", paths: paths.map(joined) };
}

function issueFindings(issue: z.core.$ZodIssue, text: ConfigText, file: string): Finding[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const meant = nearMiss(key, keysAt(issue.path));
      return configKeyUnknown.at([{ file, line: text.lineOf([...issue.path, key]) }], {
        key: `"${shown(key)}"`,
        where: issue.path.length === 0 ? "the configuration" : fieldText(issue.path),
        suggestion: meant === null ? "" : ` Is "${meant}" meant?`,
      });
    });
  }
  const found = valueAtWay(text.value, issue.path);
  if (fieldText(issue.path) === "trust.order" && typeof found === "string") {
    return [trustOrderUnsupported.at([{ file, line: text.lineOf(issue.path) }], { found: `"${shown(found)}"` })];
  }
  const message = found === undefined && issue.code !== "custom" ? "is missing" : issue.message;
  return [valueWrong(issue.path, message, text, file)];
}

function valueWrong(way: Way, problem: string, text: ConfigText, file: string): Finding {
  const field = way.length === 0 ? "the configuration" : fieldText(way);
  return configValueWrong.at([{ file, line: text.lineOf(way) }], { field, problem });
}

/** "meshes[0].name" */
export function fieldText(way: Way): string {
  return way.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? shown(String(part)) : `${text}.${shown(String(part))}`;
  }, "");
}

// The keys that the schema knows at this place.
function keysAt(way: Way): string[] {
  let at: Json = configJsonSchema();
  for (const part of way) {
    if (!isJsonObject(at)) return [];
    const properties: Json = at["properties"] ?? null;
    at = (typeof part === "number" ? at["items"] : isJsonObject(properties) ? properties[String(part)] : null) ?? null;
  }
  const properties = isJsonObject(at) ? at["properties"] : null;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

export function valueAtWay(root: unknown, way: Way): unknown {
  let at = root;
  for (const part of way) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

export function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80)).slice(1, -1);
}

export function readReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "it does not exist";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is not UTF-8";
  return typeof code === "string" ? code : "unknown error";
}
