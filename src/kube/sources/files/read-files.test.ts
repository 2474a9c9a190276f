import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { clusterId } from "../../../core/ids.ts";
import type { ClusterInput } from "../../../core/cluster.ts";
import { locateField } from "./locate-field.ts";
import { readFiles } from "./read-files.ts";

const east = clusterId("east");

function folderWith(contents: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "meshferry-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

const service = (name: string, spec = "") =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: shop\n${spec}`;
const item = (name: string) => `- metadata:\n    name: ${name}\n    namespace: shop\n  spec:\n    type: ClusterIP\n`;

function places(input: ClusterInput): string[] {
  return input.objects.map(({ ref, origin }) => {
    return `${ref.kind} ${ref.name} ${"file" in origin ? `${origin.file}:${origin.line}` : ""}`;
  });
}

describe("readFiles", () => {
  it("reads YAML, JSON and their compressed forms, in folders and by name", async () => {
    const json = '\n{"apiVersion":"v1","kind":"Service","metadata":{"name":"c","namespace":"shop"}}';
    const cwd = folderWith({
      "d/a.yaml": `# first\n---\n${service("a")}---\r\n${service("b").replaceAll("\n", "\r\n")}`,
      "d/sub/c.json": `\uFEFF${json}\n${json.replace('"c"', '"d"')}`,
      "d/e.yml.gz": gzipSync(service("e")),
      "d/pod.log": "kind: [",
      "d/event-filter.html": "<html>",
      "d/version": "4.14",
      named: service("f"),
    });
    const input = await readFiles(east, ["./d/", "named"], { cwd });
    expect(input.findings).toEqual([]);
    expect(places(input)).toEqual([
      "Service a d/a.yaml:3",
      "Service b d/a.yaml:9",
      "Service c d/sub/c.json:2",
      "Service d d/sub/c.json:4",
      "Service e d/e.yml.gz:1",
      "Service f named:1",
    ]);
    expect(input.coverage).toEqual({ Service: "listed" });
  });

  it("names the line of each item of a list, typed or not, YAML or JSON", async () => {
    const yaml = `---\napiVersion: v1\nitems:\n${item("a")}# between\n${item("b")}kind: ServiceList\n`;
    const json = JSON.stringify(
      {
        apiVersion: "v1",
        kind: "List",
        items: ["c", "d"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } })),
      },
      null,
      2,
    );
    const cwd = folderWith({ "a.yaml": yaml, "b.json": json });
    const input = await readFiles(east, ["a.yaml", "b.json"], { cwd });
    expect(places(input)).toEqual(["Node c b.json:5", "Node d b.json:12", "Service a a.yaml:4", "Service b a.yaml:10"]);
    expect(input.objects[3]?.body).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "b", namespace: "shop" },
      spec: { type: "ClusterIP" },
    });
  });

  it("reads must-gathers, and knows from empty lists what was looked for", async () => {
    const root = "quay-io-ocp-image/namespaces/shop";
    const cwd = folderWith({
      [`${root}/core/services.yaml`]: `apiVersion: v1\nkind: ServiceList\nitems:\n${item("a")}`,
      [`${root}/core/pods.yaml`]: "apiVersion: v1\nkind: List\nitems: []\n",
      [`${root}/maistra.io/servicemeshmembers.yaml`]:
        "apiVersion: maistra.io/v1\nkind: ServiceMeshMemberList\nitems: null\n",
      [`${root}/pods/p/p.yaml`]:
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nstatus: {phase: Running}\n",
      "quay-io-ocp-image/cluster-scoped-resources/core/nodes/n.yaml":
        "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n",
      "quay-io-ocp-image/timestamp": "2024",
    });
    const input = await readFiles(east, ["."], { cwd });
    expect(input.findings).toEqual([]);
    expect(input.objects.map((object) => object.ref.kind)).toEqual(["Node", "Pod", "Service"]);
    expect(Object.keys(input.coverage)).toEqual(["Node", "Pod", "Service", "ServiceMeshMember.maistra.io"]);
  });

  it("prefers a must-gather's list of pods to the copy beside the logs, silently", async () => {
    const pod = (phase: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, uid: ${phase}}\nstatus: {phase: ${phase}}\n`;
    const cwd = folderWith({ "namespaces/shop/core/pods.yaml": pod("A"), "namespaces/shop/pods/p/p.yaml": pod("B") });
    const input = await readFiles(east, ["."], { cwd });
    expect(input.findings).toEqual([]);
    expect(input.objects[0]?.body["status"]).toEqual({ phase: "A" });
  });

  it("keeps one of two copies: silently, with an info, with a warning", async () => {
    const cwd = folderWith({
      "a.yaml": [service("same"), service("status", "status: {a: 1}\n"), service("spec", "spec: {type: A}\n")].join(
        "---\n",
      ),
      "b.yaml": [
        service("same").replace("  name", "  resourceVersion: '7'\n  managedFields: []\n  name"),
        service("status", "status: {a: 2}\n"),
        service("spec", "spec: {type: B}\nextra: 1\n"),
      ].join("---\n"),
    });
    const input = await readFiles(east, ["b.yaml", "a.yaml"], { cwd });
    expect(places(input)).toEqual(["Service same a.yaml:1", "Service spec a.yaml:14", "Service status a.yaml:7"]);
    expect(input.findings.map((each) => [each.code, each.params["parts"], each.subjects.slice(1)])).toEqual([
      [
        "MF018",
        "other fields, spec",
        [
          { file: "a.yaml", line: 14 },
          { file: "b.yaml", line: 16 },
        ],
      ],
      [
        "MF019",
        undefined,
        [
          { file: "a.yaml", line: 7 },
          { file: "b.yaml", line: 9 },
        ],
      ],
    ]);
  });

  it("gives the same for any order of paths, from any working directory, and reads no file twice", async () => {
    const cwd = folderWith({
      "x/a.yaml": service("a"),
      "x/b.yaml": service("b", "spec: {a: 1}\n"),
      "y/b.yaml": service("b"),
      "y/c.yaml": "a: [",
    });
    const one = await readFiles(east, ["x", "y", "x/a.yaml"], { cwd });
    const other = await readFiles(east, ["./y", "x/a.yaml", "x/"], { cwd });
    expect(other).toEqual(one);
    const bodies = (input: ClusterInput) => input.objects.map(({ ref, body }) => ({ ref, body }));
    const above = await readFiles(east, [path.join(cwd, "y"), path.join(cwd, "x")], { cwd: "/" });
    expect(bodies(above)).toEqual(bodies(one));
    expect(one.findings.map((each) => each.code)).toEqual(["MF011", "MF018"]);
  });

  it("says which documents are no objects, and drops managedFields", async () => {
    const cwd = folderWith({
      "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
      "list.yaml": "[1, 2]",
      "s.yaml": service("s").replace("  name", "  managedFields: [{manager: x}]\n  name"),
      "values.yaml": "replicas: 1\n",
    });
    const input = await readFiles(east, ["."], { cwd });
    expect(input.findings.map((each) => [each.code, each.params["missing"]])).toEqual([
      ["MF015", "metadata.name"],
      ["MF015", "kind"],
      ["MF015", "kind"],
    ]);
    expect(input.objects[0]?.body["metadata"]).toEqual({ name: "s", namespace: "shop" });
  });
});

describe("locateField", () => {
  const spec = "spec:\n  # ports\n  ports:\n  - name: http\n    port: 80\n  - name: grpc\n    port: 90\n";

  it("finds fields in documents, in items of lists, in JSON, and beside what is missing", async () => {
    const inList = `apiVersion: v1\nkind: List\nitems:\n${service("b", spec).replace(/^/gm, "  ").replace("  a", "- a")}\n`;
    const json = JSON.stringify(
      {
        apiVersion: "v1",
        kind: "List",
        items: ["c", "d"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } })),
      },
      null,
      2,
    );
    const cwd = folderWith({ "a.yaml": `x: 1\n---\n${service("a", spec)}`, "b.yaml": inList, "c.json": json });
    const { objects } = await readFiles(east, ["."], { cwd });
    const [c, d, a, b] = objects;
    const line = async (object: typeof a, field: string) =>
      object === undefined ? null : ((await locateField(object, field, { cwd }))?.line ?? null);
    expect(await line(a, "/spec/ports/1/port")).toBe(14);
    expect(await line(a, "/spec/ports/1")).toBe(13);
    expect(await line(a, "/spec/missing/x")).toBe(8);
    expect(await line(a, "")).toBe(3);
    expect(await line(b, "/spec/ports/1/port")).toBe(15);
    expect(await line(b, "/metadata/name")).toBe(7);
    expect(await line(c, "/metadata/name")).toBe(9);
    expect(await line(d, "/metadata/name")).toBe(16);
  });

  it("gives null when the file has gone", async () => {
    const cwd = folderWith({ "a.yaml": service("a") });
    const { objects } = await readFiles(east, ["."], { cwd });
    rmSync(path.join(cwd, "a.yaml"));
    const [object] = objects;
    expect(object === undefined ? object : await locateField(object, "/kind", { cwd })).toBeNull();
  });
});
