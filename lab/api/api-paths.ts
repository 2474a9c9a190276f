// Where an API server serves a kind: asked from its discovery once per group and version, again when a kind is not in it.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { LabTrouble } from "../machine/trouble.ts";
import type { KindRef } from "./live-object.ts";

interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

export class ApiPaths {
  readonly #ask: (path: string) => Promise<Json | null>;
  readonly #known = new Map<string, Promise<ReadonlyMap<string, Served>>>();

  /** `ask` gets a path's JSON, or null where there is none. */
  constructor(ask: (path: string) => Promise<Json | null>) {
    this.#ask = ask;
  }

  /** The path of the kind's objects in a namespace, or of all of them; of one of them with a name. */
  async path(of: KindRef, namespace: string | undefined, name?: string): Promise<string> {
    const { plural, namespaced } = await this.#served(of);
    if (namespaced && namespace === undefined && name !== undefined)
      throw new LabTrouble(`${of.kind} ${name} without a namespace`, "the kind has namespaces", "give one");
    const parts = [root(of.apiVersion)];
    if (namespaced && namespace !== undefined) parts.push("namespaces", encodeURIComponent(namespace));
    parts.push(plural);
    if (name !== undefined) parts.push(encodeURIComponent(name));
    return parts.join("/");
  }

  async #served(of: KindRef): Promise<Served> {
    const known = (await this.#kinds(of.apiVersion)).get(of.kind);
    if (known !== undefined) return known;
    // Its CRD may have come since.
    this.#known.delete(of.apiVersion);
    const served = (await this.#kinds(of.apiVersion)).get(of.kind);
    if (served !== undefined) return served;
    throw new LabTrouble(`no kind ${of.kind} in ${of.apiVersion}`, "the API server does not serve it", "apply its CRD");
  }

  async #kinds(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const asked = this.#known.get(apiVersion) ?? this.#ask(root(apiVersion)).then(kindsIn);
    this.#known.set(apiVersion, asked);
    try {
      return await asked;
    } catch (error) {
      this.#known.delete(apiVersion);
      throw error;
    }
  }
}

const root = (apiVersion: string) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** Of an APIResourceList; "pods/log" and the like are no kinds of their own. */
function kindsIn(answer: Json | null): ReadonlyMap<string, Served> {
  const kinds = new Map<string, Served>();
  const resources = isJsonObject(answer) ? answer["resources"] : undefined;
  for (const resource of Array.isArray(resources) ? (resources as readonly Json[]) : []) {
    if (!isJsonObject(resource)) continue;
    const { name, kind, namespaced } = resource;
    if (typeof name !== "string" || typeof kind !== "string" || name.includes("/")) continue;
    kinds.set(kind, { plural: name, namespaced: namespaced === true });
  }
  return kinds;
}
