import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";
import { nameOf, readDocuments, readFolder, textAt, valueAt, yamlFiles } from "../examples/read-documents.ts";

const pathTo = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const clusters = {
  east: readFolder(pathTo("../../examples/east-west/east")),
  west: readFolder(pathTo("../../examples/east-west/west")),
};
const fixtures = new Map(
  yamlFiles(pathTo("."))
    .filter((file) => basename(file) !== "steps.yaml")
    .map((file) => [basename(file), readDocuments(file)]),
);

const cluster = z.enum(["east", "west"]);
const document = z.strictObject({ file: z.string(), document: z.number().int().nonnegative() });
const reference = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
});
const patch = z.array(z.strictObject({ op: z.literal("remove"), path: z.string().startsWith("/") })).min(1);
const step = z.discriminatedUnion("do", [
  z.strictObject({ phase: z.enum(["export", "import"]), cluster, do: z.literal("apply"), object: document }),
  z.strictObject({ phase: z.literal("remove-federation"), cluster, do: z.literal("delete"), object: reference }),
  z.strictObject({ phase: z.literal("remove-gateways"), cluster, do: z.literal("patch"), object: reference, patch }),
]);
const { steps } = z.strictObject({ steps: z.array(step) }).parse(readDocuments(pathTo("steps.yaml"))[0]);

function existing(side: keyof typeof clusters, ref: z.output<typeof reference>): JsonObject | undefined {
  return clusters[side].find(
    (object) =>
      textAt(object, "apiVersion") === ref.apiVersion && nameOf(object) === `${ref.kind} ${ref.namespace}/${ref.name}`,
  );
}

test("every fixture document is an object with a kind and a name", () => {
  expect([...fixtures.keys()]).toEqual(["export.yaml", "import.yaml", "remote-gateway.yaml"]);
  for (const [file, documents] of fixtures) {
    for (const object of documents) {
      expect(textAt(object, "apiVersion"), file).not.toBe("");
      expect(textAt(object, "kind"), file).not.toBe("");
      expect(textAt(object, "metadata", "name"), file).not.toBe("");
    }
  }
});

test("the steps apply every fixture document once", () => {
  const applied = steps.flatMap((each) => (each.do === "apply" ? [`${each.object.file} ${each.object.document}`] : []));
  const written = [...fixtures].flatMap(([file, documents]) => documents.map((_, index) => `${file} ${index}`));
  expect(applied.toSorted()).toEqual(written.toSorted());
});

test("the steps run in the guide's order", () => {
  expect(steps.map((each) => `${each.phase} ${each.cluster}`)).toEqual([
    ...Array.from({ length: 3 }, () => "export west"),
    ...Array.from({ length: 5 }, () => "import east"),
    ...["east", "west", "east", "west"].map((side) => `remove-federation ${side}`),
    ...["east", "west"].map((side) => `remove-gateways ${side}`),
  ]);
});

test("what is deleted or patched exists in the example", () => {
  for (const each of steps) {
    if (each.do === "apply") continue;
    const found = existing(each.cluster, each.object);
    expect(found, JSON.stringify(each.object)).toBeDefined();
    if (each.do !== "patch") continue;
    for (const { path } of each.patch) {
      expect(isJsonObject(valueAt(found, ...path.slice(1).split("/"))), `${each.cluster} ${path}`).toBe(true);
    }
  }
});

test("what is applied does not exist in the example yet", () => {
  for (const each of steps) {
    if (each.do !== "apply") continue;
    const object = fixtures.get(each.object.file)?.[each.object.document];
    if (object === undefined) throw new Error(`no document ${each.object.document} in ${each.object.file}`);
    expect(clusters[each.cluster].map((known) => `${textAt(known, "apiVersion")} ${nameOf(known)}`)).not.toContain(
      `${textAt(object, "apiVersion")} ${nameOf(object)}`,
    );
  }
});

test("the remote gateway's address is left to be filled in", () => {
  const gateway = fixtures.get("remote-gateway.yaml")?.[0];
  expect(textAt(gateway, "spec", "addresses", 0, "value")).toBe("${WEST_REMOTE_IP}");
});
