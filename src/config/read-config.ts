// meshferry.yaml to settings, or to findings with file and line. Reads that one file; whether the paths in it exist is for the
// readers of meshes to say.
import path from "node:path";
import type { z } from "zod";
import type { Finding, Produced } from "../core/finding.ts";
import { clusterId } from "../core/ids.ts";
import { configKeyUnknown, configValueWrong, trustOrderUnsupported } from "../findings/codes/inputs.ts";
import { checkConfig } from "./check-config.ts";
import { configJsonSchema } from "./config-json-schema.ts";
import type { ConfigText } from "./config-lines.ts";
import { fieldText, keysAt, readConfigText, refused, shown, valueAtWay } from "./config-text.ts";
import { configFile, CONFIG_VERSION, type ConfigFile } from "./config-shape.ts";
import { settingsOf, type Config, type MeshSource } from "./config.ts";
import { nearMiss } from "./near-miss.ts";

type Way = readonly PropertyKey[];

/**
 * Reads a configuration file. The value is null if anything in it is wrong; relative paths in it are joined to its folder.
 * `named`: clusters that are named elsewhere, which the file may speak of.
 */
export async function readConfig(file: string, named: readonly string[] = []): Promise<Produced<Config | null>> {
  const read = await readConfigText(file, CONFIG_VERSION);
  if (read.value === null) return { value: null, findings: read.findings };
  const parsed = read.value;
  const result = configFile.safeParse(parsed.value);
  if (!result.success) {
    return refused(result.error.issues.flatMap((issue) => issueFindings(issue, parsed, file)));
  }
  const problems = checkConfig(result.data, named);
  if (problems.length > 0) {
    return refused(problems.map(({ at, problem }) => valueWrong(at, problem, parsed, file)));
  }
  return { value: configOf(result.data, path.dirname(file)), findings: [] };
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
    return { from: "context", context: mesh.context, kubeconfig, controlPlane: mesh.controlPlane ?? null };
  }
  const paths = mesh.paths ?? (mesh.path === undefined ? [] : [mesh.path]);
  return { from: "files", paths: paths.map(joined) };
}

function issueFindings(issue: z.core.$ZodIssue, text: ConfigText, file: string): Finding[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const meant = nearMiss(key, keysAt(configJsonSchema(), issue.path));
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
