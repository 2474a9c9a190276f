// Scaffolds for tests: from a configuration's text, without files; roots are texts that say whose they are.
import { load } from "js-yaml";
import { nearMiss } from "../../src/config/near-miss.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { refText } from "../../src/core/object-ref.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { checkScaffold } from "../../src/scaffold/check-config.ts";
import { scaffoldFile } from "../../src/scaffold/config-shape.ts";
import { makeScaffoldPlan } from "../../src/scaffold/make-scaffold-plan.ts";
import { resolveScaffold } from "../../src/scaffold/resolve.ts";
import type { Scaffold } from "../../src/scaffold/scaffold.ts";

/** What a configuration means; one with anything wrong in it is an error. */
export function scaffoldOf(text: string): Scaffold {
  return scaffoldFrom({ apiVersion: "meshferry/scaffold.v1", ...(load(text) as JsonObject) });
}

export function scaffoldFrom(config: unknown): Scaffold {
  const file = scaffoldFile.parse(config);
  const problems = checkScaffold(file, nearMiss);
  if (problems.length > 0) {
    const place = { file: "scaffold.yaml", line: 1 };
    throw new Error(JSON.stringify(problems.map(({ at, finding }) => finding(place, at.map(String).join(".")))));
  }
  return resolveScaffold(file);
}

export function rootsOf({ meshes }: Scaffold): ReadonlyMap<string, string> {
  return new Map(meshes.map(({ name }) => [name, `root of ${name}\n`]));
}

export function planOf(scaffold: Scaffold): Plan {
  return makeScaffoldPlan(scaffold, rootsOf(scaffold));
}

/** The bodies that a plan applies, by "CLUSTER: KIND NAMESPACE/NAME", in the plan's order. */
export function bodiesOf({ phases, objects }: Plan): ReadonlyMap<string, JsonObject> {
  const bodies = new Map<string, JsonObject>();
  for (const { action } of phases.flatMap(({ steps }) => steps)) {
    if (action.do !== "apply") continue;
    const key = refText(action.ref);
    if (bodies.has(key)) throw new Error(`${key} is made twice`);
    bodies.set(key, objects[action.object] ?? {});
  }
  return bodies;
}

export function bodyOf(scaffold: Scaffold, key: string): JsonObject {
  const body = bodiesOf(planOf(scaffold)).get(key);
  if (!body) throw new Error(`there is no ${key}`);
  return body;
}
