// Names stay within Kubernetes' limits and apart from each other, however long what they stand for is.
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../config/config.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { refText } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";
import { slotValues } from "../../test/support/slots.ts";
import { examined, textOf } from "../../test/support/seen.ts";
import { makeWorld, named } from "../../test/support/world.ts";
import { fillSlots } from "./fill-slots.ts";
import { fitted } from "./names.ts";

describe("a text that is cut", () => {
  test("keeps its length, and what was cut off tells it apart", () => {
    const [one, other] = ["a", "b"].map((end) => fitted(`${"x".repeat(70)}${end}`, 63));
    expect([one?.length, other?.length]).toEqual([63, 63]);
    expect(one).not.toBe(other);
  });
  test("does not end in a dot or dash before its hash, and is left alone where it fits", () => {
    expect(fitted(`${"x".repeat(52)}.-${"y".repeat(20)}`, 63)).toMatch(/^x{52}-[0-9a-f]{8}$/u);
    expect(fitted("x".repeat(63), 63)).toBe("x".repeat(63));
  });
});

describe("names within limits", () => {
  const long = "n".repeat(63);
  const labels = [1, 2].map((index) => `${"x".repeat(60)}-${index}`);
  const suffix = `${"y".repeat(50)}.${"z".repeat(50)}`;
  const inputs = makeWorld({
    meshes: [
      {
        key: "importer-cluster",
        cluster: "c".repeat(32),
        namespace: long,
        name: "m".repeat(50),
        network: null,
        clients: ["x"],
      },
      { key: "neighbour", cluster: "c".repeat(32), namespace: "other", name: "basic", network: null },
      {
        key: "exporter",
        cluster: "d".repeat(32),
        namespace: long,
        name: "m".repeat(50),
        network: null,
        services: labels.map((name) => ({ namespace: long, name })),
      },
      { key: "second", cluster: "d".repeat(32), namespace: "other", name: "basic" },
    ],
    links: [
      {
        between: ["importer-cluster", "exporter"],
        exports: [null, [named("*", "*")]],
        imports: [[{ ...named(long, "*"), domainSuffix: suffix }], null],
        peers: ["to-exporter", "to-importer"],
      },
    ],
  });
  const config = {
    ...defaultConfig,
    eastWest: { ...defaultConfig.eastWest, namespace: "e".repeat(63) },
    entries: { namespace: "f".repeat(63) },
  };
  const { target, routes } = examined(inputs, config);

  test("the hosts are as long as hosts can be", () => {
    expect(routes.map(({ host }) => host.length)).toEqual([228, 228]);
    expect(routes.map(({ carry }) => carry.mode)).toEqual(["passthrough", "passthrough"]);
  });

  test("no name is longer than its kind allows, and none occurs twice", () => {
    const texts = target.objects.map(({ ref }) => refText(ref));
    expect(new Set(texts).size).toBe(texts.length);
    for (const { ref, template } of target.objects) {
      expect(ref.name.length, refText(ref)).toBeLessThanOrEqual(ref.kind === "Namespace" ? 63 : 253);
      expect((ref.namespace ?? "").length).toBeLessThanOrEqual(63);
      const metadata = template["metadata"];
      const labelsOf = isJsonObject(metadata ?? null) ? valueAt(metadata, "/labels") : {};
      for (const value of Object.values(isJsonObject(labelsOf ?? null) ? (labelsOf as JsonObject) : {})) {
        expect(textOf(value)).toMatch(/^(?:[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/u);
      }
    }
  });

  test("every object is valid by its API's schema", () => {
    const values = slotValues(target);
    for (const { ref, template } of target.objects)
      expect(validateObject(fillSlots(template, values)), refText(ref)).toEqual([]);
  });

  test("endpoints are tied to their own host, however much of it is cut off", () => {
    const tied = target.objects
      .filter(({ role }) => role === "workload-entry")
      .map(({ template }) => valueAt(template, "/metadata/labels/meshferry.dev~1host"));
    expect(new Set(tied).size).toBe(2);
    const selecting = target.objects
      .filter(({ role }) => role === "import-entry")
      .map(({ template }) => valueAt(template, "/spec/workloadSelector/labels/meshferry.dev~1host"));
    expect(selecting).toEqual(tied);
  });
});
