// present, absent, field, status, mesh-config: each holds, does not hold, and is never taken to hold unseen.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rootCertificate } from "../../../bench/root-certificates.ts";
import { gone, hidden, judged, ref, there } from "../../../test/support/judged.ts";
import type { Condition } from "../condition.ts";

const map = ref("ConfigMap a/settings");
const control = ref("ServiceMeshControlPlane.maistra.io a/main");
const deleted = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } };

describe("present and absent", () => {
  const present: Condition = { kind: "present", ref: map };
  const absent: Condition = { kind: "absent", ref: map };
  test("an object that is there, and one that is not", () => {
    expect(judged(present, there(map, {}))).toBe("done");
    expect(judged(present, gone(map))).toBe("pending MF850: east: ConfigMap a/settings is not there.");
    expect(judged(absent, gone(map))).toBe("done");
    expect(judged(absent, there(map, {}))).toBe("pending MF851: east: ConfigMap a/settings is still there.");
  });
  test("one that is being deleted is neither", () => {
    expect(judged(present, there(map, deleted))).toContain("MF850");
    const held = { metadata: { ...deleted.metadata, finalizers: ["example.com/keep"] } };
    expect(judged(absent, there(map, held))).toBe(
      "pending MF851: east: ConfigMap a/settings is still there (deleted, held by example.com/keep).",
    );
  });
  test("what could not be looked at is neither there nor gone", () => {
    const text = "pending MF870: east: ConfigMap a/settings could not be looked at: forbidden.";
    expect(judged(present, hidden(map, "forbidden"))).toBe(text);
    expect(judged(absent, hidden(map, "forbidden"))).toBe(text);
    expect(judged(absent, {})).toContain("nobody has looked yet");
  });
});

describe("field", () => {
  const field = (is: "equal" | "empty" | "not-empty", value: string | null = null): Condition => ({
    kind: "field",
    ref: map,
    pointer: "/data/key",
    is,
    value,
  });
  test.each([
    ["equal", { key: "a" }, "done"],
    ["equal", { key: "b" }, "pending MF854: east: ConfigMap a/settings: data.key is b, not a."],
    ["equal", {}, "pending MF854: east: ConfigMap a/settings: data.key is not set, not a."],
    ["empty", {}, "done"],
    ["empty", { key: [] }, "done"],
    ["empty", { key: "a" }, "pending MF854: east: ConfigMap a/settings: data.key is a, not empty."],
    ["not-empty", { key: { some: 1 } }, "done"],
    ["not-empty", { key: "" }, "pending MF854: east: ConfigMap a/settings: data.key is empty, not filled."],
  ] as const)("%s of %j: %s", (is, data, said) => {
    expect(judged(field(is, is === "equal" ? "a" : null), there(map, { data }))).toBe(said);
  });
  test("certificates are told by their fingerprints, which is what one compares", () => {
    const pems = [0, 1].map(rootCertificate);
    const [first = "", second = ""] = pems.map((pem) => new X509Certificate(pem).fingerprint256.slice(0, 23));
    expect(judged(field("equal", pems[0] ?? ""), there(map, { data: { key: pems.join("") } }))).toBe(
      `pending MF854: east: ConfigMap a/settings: data.key is 2 certificates, ${first}… and ${second}…, not the certificate ${first}….`,
    );
    const broken = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";
    expect(judged(field("equal", "a"), there(map, { data: { key: broken } }))).toContain(
      "is the certificate unreadable, not a.",
    );
  });
  test("of an object that is not there", () => {
    expect(judged(field("empty"), gone(map))).toContain("MF850");
  });
});

describe("status", () => {
  const ready: Condition = { kind: "status", ref: control, type: "Ready", status: "True" };
  const body = (condition: object, generation = 1, observedGeneration = 1) => ({
    metadata: { generation },
    status: {
      observedGeneration,
      conditions: [
        { type: "Reconciled", status: "True" },
        { type: "Ready", ...condition },
      ],
    },
  });
  test("says what it should, and why not", () => {
    expect(judged(ready, there(control, body({ status: "True" })))).toBe("done");
    const waiting = { status: "False", reason: "PausingInstall", message: "istiod is not ready" };
    expect(judged(ready, there(control, body(waiting)))).toBe(
      "pending MF855: east: ServiceMeshControlPlane a/main reports Ready=False, not True (PausingInstall: istiod is not ready).",
    );
    expect(judged(ready, there(control, {}))).toContain("reports Ready=nothing, not True");
  });
  test("a status about an earlier spec says nothing of the present one", () => {
    expect(judged(ready, there(control, body({ status: "True" }, 2, 1)))).toContain(
      "reports Ready=nothing about its present spec, not True",
    );
    // The condition's own generation is nearer.
    expect(judged(ready, there(control, body({ status: "True", observedGeneration: 2 }, 2, 1)))).toBe("done");
  });
});

describe("mesh-config", () => {
  const aliases: Condition = {
    kind: "mesh-config",
    ref: map,
    pointer: "/trustDomainAliases",
    includes: ["a.example", "b.example"],
  };
  const config = (trustDomainAliases: readonly string[]) => ({
    "mesh-config": new Map([["east|ConfigMap|a|settings", { trustDomainAliases }]]),
  });
  test("holds all values, others beside them", () => {
    expect(judged(aliases, config(["c.example", "b.example", "a.example"]))).toBe("done");
    expect(judged(aliases, config(["a.example"]))).toBe(
      "pending MF856: The mesh configuration in east: ConfigMap a/settings does not hold b.example in trustDomainAliases.",
    );
  });
});

describe("all", () => {
  const one: Condition = { kind: "present", ref: map };
  const two: Condition = { kind: "present", ref: control };
  test("nothing always holds; one that does not hold decides, however deep", () => {
    expect(judged({ kind: "all", of: [] }, {})).toBe("done");
    const both: Condition = { kind: "all", of: [one, { kind: "all", of: [two] }] };
    const object = new Map([...there(map, {}).object, ...gone(control).object]);
    expect(judged(both, { object })).toContain("ServiceMeshControlPlane a/main is not there");
    expect(judged(both, { object: new Map([...there(map, {}).object, ...there(control, {}).object]) })).toBe("done");
  });
});
