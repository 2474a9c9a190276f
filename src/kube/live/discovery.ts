// Which kinds an API server serves, and where: asked once in two requests, again when a kind is not in it after a while.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { kindKey } from "../../core/object-ref.ts";
import { ApiFailure } from "./api-failure.ts";
import type { Call } from "./api-server.ts";
import type { ServedKind } from "./cluster-client.ts";

type Ask = (call: Call) => Promise<Json>;

interface Found {
  /** By kindKey, the preferred version first. */
  readonly kinds: ReadonlyMap<string, readonly ServedKind[]>;
  /** Groups whose server (an aggregated API) does not answer: nothing is known of their kinds. */
  readonly silent: ReadonlySet<string>;
}

/** Aggregated discovery: GA in Kubernetes 1.30, on by default from 1.27 (KEP 3352); older servers answer with groups. */
const aggregated = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const accept = `${aggregated("v2")},${aggregated("v2beta1")},application/json`;

const freshMs = 2_000;

export class Discovery {
  readonly #ask: Ask;
  #asked: Promise<Found> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** The version that is preferred for the kind, or the given one; null: not installed. */
  async served(of: { readonly group: string; readonly kind: string }, version?: string): Promise<ServedKind | null> {
    const known = choose(await this.#found(), of, version);
    if (known !== null) return known;
    // Its CRD may have come since; many kinds that are asked for together are not each a reason to look again.
    if (performance.now() - this.#askedAt >= freshMs) this.#asked = null;
    const found = await this.#found();
    const now = choose(found, of, version);
    if (now === null && found.silent.has(of.group)) {
      const message = `the server of the API group ${of.group} does not answer`;
      throw new ApiFailure({ reason: "server-error", request: "GET /apis", message, status: 503 });
    }
    return now;
  }

  async #found(): Promise<Found> {
    if (this.#asked === null) this.#askedAt = performance.now();
    const asked = this.#asked ?? read(this.#ask);
    this.#asked = asked;
    try {
      return await asked;
    } catch (error) {
      if (this.#asked === asked) this.#asked = null;
      throw error;
    }
  }
}

function choose(
  { kinds }: Found,
  of: { readonly group: string; readonly kind: string },
  version: string | undefined,
): ServedKind | null {
  const versions = kinds.get(kindKey(of)) ?? [];
  const served = (wanted: string) => versions.find((each) => each.version === wanted);
  if (version !== undefined) return served(version) ?? null;
  return (of.group.endsWith(".istio.io") ? served(oldestWritten) : undefined) ?? versions[0] ?? null;
}

/**
 * Of Istio's groups: the CRDs of newer versions prefer v1, which the webhook of Istio 1.20 refuses, patches included; both know
 * this one (docs/facts.md, observe.v1-refused; seen on 1.20.2 with the CRDs of 1.28.3).
 */
const oldestWritten = "v1beta1";

async function read(ask: Ask): Promise<Found> {
  const kinds = new Map<string, ServedKind[]>();
  const silent = new Set<string>();
  const add = (served: ServedKind) => {
    const key = kindKey(served);
    const list = kinds.get(key) ?? [];
    list.push(served);
    kinds.set(key, list);
  };
  const [core, groups] = await Promise.all(["/api", "/apis"].map(async (path) => ask({ method: "GET", path, accept })));
  for (const answer of [core, groups]) {
    if (!isJsonObject(answer) || answer["kind"] !== "APIGroupDiscoveryList") continue;
    for (const group of objectsIn(answer["items"])) readAggregated(group, add, silent);
  }
  if (isJsonObject(core) && core["kind"] === "APIVersions")
    for (const version of textsIn(core["versions"]))
      readResources(await ask({ method: "GET", path: `/api/${version}` }), "", version, add);
  if (isJsonObject(groups) && groups["kind"] === "APIGroupList") await readGroups(ask, groups, add, silent);
  return { kinds, silent };
}

/** Of apidiscovery.k8s.io: versions come in the order of preference. */
function readAggregated(group: JsonObject, add: (served: ServedKind) => void, silent: Set<string>): void {
  const { metadata } = group;
  const name = isJsonObject(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : "";
  for (const version of objectsIn(group["versions"])) {
    if (version["freshness"] === "Stale") silent.add(name);
    for (const resource of objectsIn(version["resources"])) {
      const { resource: plural, responseKind, scope, verbs } = resource;
      const kind = isJsonObject(responseKind) ? responseKind["kind"] : undefined;
      if (typeof plural !== "string" || typeof kind !== "string" || typeof version["version"] !== "string") continue;
      const namespaced = scope === "Namespaced";
      add({ group: name, version: version["version"], kind, plural, namespaced, verbs: textsIn(verbs) });
    }
  }
}

async function readGroups(
  ask: Ask,
  answer: JsonObject,
  add: (served: ServedKind) => void,
  silent: Set<string>,
): Promise<void> {
  await Promise.all(
    objectsIn(answer["groups"]).map(async (group) => {
      const { name, preferredVersion } = group;
      if (typeof name !== "string") return;
      const preferred = isJsonObject(preferredVersion) ? preferredVersion["version"] : undefined;
      const versions = objectsIn(group["versions"])
        .map((each) => each["version"])
        .filter((each) => typeof each === "string");
      const ordered = [
        ...versions.filter((each) => each === preferred),
        ...versions.filter((each) => each !== preferred),
      ];
      try {
        const answers = await Promise.all(
          ordered.map(async (version) => ask({ method: "GET", path: `/apis/${name}/${version}` })),
        );
        answers.forEach((each, index) => readResources(each, name, ordered[index] ?? "", add));
      } catch (error) {
        if (!(error instanceof ApiFailure) || (error.reason !== "server-error" && error.reason !== "not-found"))
          throw error;
        silent.add(name);
      }
    }),
  );
}

/** Of an APIResourceList; "pods/log" and the like are no kinds of their own. */
function readResources(answer: Json, group: string, version: string, add: (served: ServedKind) => void): void {
  for (const resource of objectsIn(isJsonObject(answer) ? answer["resources"] : undefined)) {
    const { name, kind, namespaced, verbs } = resource;
    if (typeof name !== "string" || typeof kind !== "string" || name.includes("/")) continue;
    add({ group, version, kind, plural: name, namespaced: namespaced === true, verbs: textsIn(verbs) });
  }
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).filter(isJsonObject);
}

function textsIn(value: Json | undefined): string[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).filter((each) => typeof each === "string");
}
