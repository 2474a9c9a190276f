// Reads kubeconfig files as kubectl does: several are merged, the first that names a thing wins, paths are relative to their file.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { load } from "js-yaml";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { AddressTrouble } from "./address-trouble.ts";

/** What kubeconfigs are found by, beside the files that are named. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** A cluster or user entry with the folder of its file. */
export interface Entry {
  readonly body: JsonObject;
  readonly folder: string;
}

export interface Kubeconfig {
  /** For messages. */
  readonly files: readonly string[];
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly currentContext: string | null;
}

/**
 * client-go clientcmd ClientConfigLoadingRules: $KUBECONFIG is a list in which missing files are passed over, ~/.kube/config is
 * the default, and a file that was named expressly has to be there.
 */
export async function readKubeconfig(named: readonly string[], { env, cwd }: Surroundings): Promise<Kubeconfig> {
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  const home = join(env["HOME"] ?? homedir(), ".kube", "config");
  const files = named.length > 0 ? named : listed.length > 0 ? listed : [home];
  const merged = {
    contexts: new Map<string, Entry>(),
    clusters: new Map<string, Entry>(),
    users: new Map<string, Entry>(),
  };
  let currentContext: string | null = null;
  let found = false;
  for (const file of files) {
    const path = resolve(cwd, file);
    const config = await readOne(path, named.length > 0);
    if (config === null) continue;
    found = true;
    const folder = dirname(path);
    for (const [list, inner] of lists)
      for (const entry of objectsIn(config[list])) {
        const { name } = entry;
        const body = entry[inner];
        if (typeof name !== "string" || merged[list].has(name)) continue;
        merged[list].set(name, { body: isJsonObject(body) ? body : {}, folder });
      }
    const current = config["current-context"];
    if (currentContext === null && typeof current === "string" && current !== "") currentContext = current;
  }
  if (found) return { files, ...merged, currentContext };
  throw new AddressTrouble({
    what: "there is no kubeconfig",
    where: files.join(", "),
    why: "no such file",
    todo: "log in to the cluster (oc login), or name the file with --kubeconfig or KUBECONFIG",
  });
}

const lists = [
  ["contexts", "context"],
  ["clusters", "cluster"],
  ["users", "user"],
] as const;

async function readOne(file: string, expected: boolean): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!expected && code === "ENOENT") return null;
    throw new AddressTrouble({
      what: "a kubeconfig cannot be read",
      where: file,
      why: code === "ENOENT" ? "no such file" : code,
      todo: "name a file that is there and that you may read",
    });
  }
  let value: Json | undefined;
  try {
    value = load(text) as Json | undefined;
  } catch {
    // The parser's message would quote the file.
    throw new AddressTrouble({
      what: "a kubeconfig is not YAML",
      where: file,
      todo: "look at it with kubectl config view",
    });
  }
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  throw new AddressTrouble({ what: "a kubeconfig is not an object", where: file, todo: "name a kubeconfig" });
}

/** A path of an entry, relative to the file that it stands in. */
export function pathIn({ folder }: Entry, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

export function textIn({ body }: Entry, key: string): string | null {
  const value = body[key];
  return typeof value === "string" && value !== "" ? value : null;
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isJsonObject);
}
