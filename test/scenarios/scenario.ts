// A code's scenario: meshes that have the finding, and the same with one object changed, so that they have it no more.
import type { Config } from "../../src/config/config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import { equalJson } from "../../src/core/json.ts";
import { type KubeObject, refKey } from "../../src/core/object-ref.ts";

export interface CodeScenario {
  readonly code: string;
  /** What the scenario starts from; the finding is not in it. */
  readonly base: readonly ClusterInput[];
  /** The base with what the finding speaks of: exactly this code more, and no other. */
  readonly found: readonly ClusterInput[];
  /** `found` with one object edited, added or taken away: the code is gone. */
  readonly mended: readonly ClusterInput[];
  /** Codes that cannot be without this one: a host that is blocked also keeps its link, for instance. */
  readonly with?: readonly string[];
  readonly config?: Partial<Config>;
  /** Where the mend is a setting: `mended` is then `found`. */
  readonly mendedConfig?: Partial<Config>;
}

/** The objects in which two inputs differ, by identity; where they differ in none, the kinds of which not both know all. */
export function differences(one: readonly ClusterInput[], other: readonly ClusterInput[]): string[] {
  const objects = differing(objectsOf(one), objectsOf(other), (left, right) => equalJson(left.body, right.body));
  return objects.length > 0 ? objects : differing(coverageOf(one), coverageOf(other), (left, right) => left === right);
}

function differing<T>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  equal: (left: T, right: T) => boolean,
): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => {
    const [left, right] = [one.get(key), other.get(key)];
    return left === undefined || right === undefined || !equal(left, right);
  });
}

function objectsOf(inputs: readonly ClusterInput[]): ReadonlyMap<string, KubeObject> {
  return new Map(inputs.flatMap(({ objects }) => objects.map((object) => [refKey(object.ref), object] as const)));
}

function coverageOf(inputs: readonly ClusterInput[]): ReadonlyMap<string, string> {
  return new Map(
    inputs.flatMap(({ id, coverage }) =>
      Object.entries(coverage).map(([kind, what]) => [`${id} ${kind}`, what] as const),
    ),
  );
}
