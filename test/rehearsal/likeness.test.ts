// Which clients a rehearsal looks at as one: none that a policy tells apart.
import { expect, test } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { clientClasses } from "../../src/rehearsal/classes.ts";
import { likeness } from "../../src/rehearsal/likeness.ts";
import { planOf } from "../support/example.ts";
import { modelled } from "../support/modelled.ts";
import { added, kubeObject, twoMeshes } from "../support/world.ts";

const meshes = twoMeshes({ east: { clients: ["shop", "till"] } });
// Waves tell clients apart as well: here nothing is written.
const plan = { ...planOf(meshes), phases: [] };

/** How many classes the clients of east make, with one rule in west about where they come from. */
function classes(source: Json): number {
  const spec = { rules: [{ from: [{ source }] }] };
  const policy = kubeObject("west", "security.istio.io/v1", "AuthorizationPolicy", "sales", "callers", { spec });
  const world = modelled(added(meshes, policy));
  const [east] = world.derived().inventory.meshes;
  if (east?.cluster !== "east") throw new Error("east is not the first");
  return clientClasses(world, east, likeness(world, plan)).length;
}

test.each<[string, Json, number]>([
  ["an account of theirs", { principals: ["east.example/ns/till/sa/caller"] }, 2],
  ["one of them beside somebody else", { principals: ["east.example/ns/a/sa/b", "east.example/ns/shop/sa/caller"] }, 2],
  ["any mesh's account of that name", { principals: ["*/ns/till/sa/caller"] }, 2],
  ["all but one", { notPrincipals: ["east.example/ns/till/sa/caller"] }, 2],
  ["a namespace", { namespaces: ["till"] }, 2],
  ["both of them", { principals: ["east.example/ns/till/sa/caller", "east.example/ns/shop/sa/caller"] }, 1],
  ["their whole mesh", { principals: ["east.example/*"] }, 1],
  ["an account of another trust domain", { principals: ["south.local/ns/till/sa/caller"] }, 1],
  ["somebody else", { principals: ["east.example/ns/till/sa/other"] }, 1],
  [
    "one of them, who is taken out again",
    { principals: ["east.example/ns/till/sa/caller"], notPrincipals: ["east.example/*"] },
    1,
  ],
])("a rule that takes %s", (_, source, count) => {
  expect(classes(source)).toBe(count);
});
