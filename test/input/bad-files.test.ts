// Files that no healthy cluster wrote: each is reported where it stands, none hides its neighbours.
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readFiles } from "../../src/kube/sources/files/read-files.ts";
import { brief, east, folderWith, names, readContents, service } from "./folder.ts";

const good = { "z-good.yaml": service("good") };
const goodOnly = ["Service shop/good"];

describe("bad input among good", () => {
  it("reports one broken document of three with its line, and reads the others", async () => {
    const text = `${service("a")}---\nkind: [broken\n---\n${service("c")}`;
    const input = await readContents({ "all.yaml": text });
    expect(names(input)).toEqual(["Service shop/a", "Service shop/c"]);
    expect(input.findings.map(brief)).toEqual(["MF011 all.yaml:7"]);
  });

  it("reports truncated YAML and truncated JSON", async () => {
    const json = '{"apiVersion": "v1",\n"kind": "Service", "metadata": {"name": "x", "na';
    const input = await readContents({ ...good, "a.yaml": 'kind: "Serv', "b.json": json });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF011 a.yaml:1", "MF011 b.json:2"]);
  });

  it("refuses a key that stands twice", async () => {
    const input = await readContents({ ...good, "a.yaml": service("a", "shop", "kind: Pod\n") });
    expect(input.findings.map(brief)).toEqual(["MF011 a.yaml:6"]);
  });

  it.each([
    ["not UTF-8", Buffer.from([...Buffer.from("kind: a\nname: "), 0xe4, 10]), "MF008 bad.yaml:2"],
    ["UTF-16 with a mark", Buffer.from("\uFEFFkind: Service\n", "utf16le"), "MF009 bad.yaml:0"],
    ["a null byte", "kind: a\u0000b\n", "MF011 bad.yaml:1"],
    ["damaged gzip", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), "MF010 bad.yaml:0"],
    ["gzip cut short", gzipSync(service("x")).subarray(0, 40), "MF010 bad.yaml:0"],
  ])("reports %s", async (_, content, expected) => {
    const input = await readContents({ ...good, "bad.yaml": content });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual([expected]);
  });

  it("skips files over the limit, as they are and after decompression", async () => {
    const large = service("x", "shop", `# ${"x".repeat(5000)}\n`);
    const input = await readContents({ ...good, "a.yaml": large, "b.yaml.gz": gzipSync(large) }, 1000);
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF007 a.yaml:0", "MF007 b.yaml.gz:0"]);
    expect(input.findings[1]?.params["where"]).toBe(" after decompression");
  });

  it("never opens a named pipe", async () => {
    const folder = folderWith(good);
    execFileSync("mkfifo", [path.join(folder, "pipe.yaml")]);
    const input = await readFiles(east, ["."], { cwd: folder });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF005 pipe.yaml:0"]);
  });

  it("never opens a device behind a link, and reports a link that leads nowhere or to itself", async () => {
    const folder = folderWith(good);
    symlinkSync("/dev/zero", path.join(folder, "a.yaml"));
    symlinkSync("nowhere", path.join(folder, "b.yaml"));
    symlinkSync("c.yaml", path.join(folder, "c.yaml"));
    const input = await readFiles(east, ["."], { cwd: folder });
    expect(input.findings.map(brief)).toEqual(["MF005 a.yaml:0", "MF006 b.yaml:0", "MF006 c.yaml:0"]);
  });

  it("follows links, and each folder once", async () => {
    const folder = folderWith({ "below/z.yaml": service("good") });
    symlinkSync("..", path.join(folder, "below", "up"));
    symlinkSync("z.yaml", path.join(folder, "below", "y.yaml"));
    const input = await readFiles(east, ["."], { cwd: folder });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings).toEqual([]);
  });

  it("reports a file that cannot be read", async () => {
    const folder = folderWith(good);
    // Reading one's own memory from address 0 fails for every user, root too.
    symlinkSync("/proc/self/mem", path.join(folder, "a.yaml"));
    const input = await readFiles(east, ["."], { cwd: folder });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF004 a.yaml:0"]);
  });

  it("reports names of files that could change a terminal", async () => {
    const input = await readContents({ ...good, "a\u001b[31m.yaml": service("x") });
    expect(input.findings.map(brief)).toEqual(["MF022 .:0"]);
    expect(JSON.stringify(input.findings)).not.toContain("\u001b");
    expect(input.findings[0]?.params["name"]).toBe('"a\\u001b[31m.yaml"');
  });

  it("blocks a path that is not there, an empty folder, and an archive", async () => {
    const folder = folderWith({ "dump.tar.gz": "", "empty/x.log": "" });
    const input = await readFiles(east, ["nowhere", "empty", "dump.tar.gz"], { cwd: folder });
    expect(input.findings.map((each) => [each.code, each.severity])).toEqual([
      ["MF001", "block"],
      ["MF002", "block"],
      ["MF003", "info"],
      ["MF021", "block"],
    ]);
  });
});

describe("documents that would exhaust the reader", () => {
  it("refuses aliases that expand", async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const alias = `*l${level}`;
      return `  l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => alias).join(", ")}]`;
    });
    const bomb = service("bomb", "shop", `spec:\n  l0: &l0 lol\n${levels.join("\n")}\n`);
    const input = await readContents({ ...good, "bomb.yaml": bomb });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF013 bomb.yaml:1"]);
  });

  it("refuses an anchor that holds itself, also in a Secret's labels", async () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop, labels: &l {x: *l}}\n";
    const loop = service("loop", "shop", "spec: &a {x: *a}\n");
    const input = await readContents({ ...good, "loop.yaml": loop, "secret.yaml": secret });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF012 loop.yaml:1", "MF012 secret.yaml:1"]);
  });

  it.each([
    ["yaml", (deep: string) => service("deep", "shop", `spec: ${deep}\n`)],
    ["json", (deep: string) => `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"spec":${deep}}`],
  ])("refuses %s that is nested without end", async (extension, document) => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const input = await readContents({ ...good, [`a.${extension}`]: document(deep) });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map((each) => each.code)).toEqual(["MF012"]);
  });

  it("keeps __proto__ and constructor as keys like any other", async () => {
    const yaml = service(
      "p",
      "shop",
      "spec:\n  __proto__: {polluted: 1}\n  constructor: {a: 2}\n  selector: {app: p}\n",
    );
    const json =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"j","namespace":"shop"},"__proto__":{"polluted":1}}';
    const input = await readContents({ "a.yaml": yaml, "b.json": json });
    expect(input.findings).toEqual([]);
    expect(Object.hasOwn({}, "polluted") || "polluted" in {}).toBe(false);
    const [pod, withKeys] = input.objects.map((object) => object.body);
    expect(JSON.stringify(withKeys?.["spec"])).toBe(
      '{"__proto__":{"polluted":1},"constructor":{"a":2},"selector":{"app":"p"}}',
    );
    expect(Object.hasOwn(pod ?? {}, "__proto__")).toBe(true);
  });

  it("refuses numbers that JSON does not have", async () => {
    const input = await readContents({ ...good, "a.yaml": service("a", "shop", "spec:\n  x: [.inf]\n") });
    expect(input.findings.map((each) => [brief(each), each.params["pointer"]])).toEqual([
      ["MF014 a.yaml:1", "/spec/x/0"],
    ]);
  });
});

describe("names", () => {
  it.each([
    ["../../etc", "shop"],
    ["a/b", "shop"],
    ["Upper", "shop"],
    ["a\\nb", "shop"],
    ["a\\x1b[2J", "shop"],
    ["a", "shop.front"],
    ["a", "../x"],
  ])("refuses %s in %s", async (name, namespace) => {
    const bad = service(`"${name}"`, `"${namespace}"`);
    const input = await readContents({ ...good, "bad.yaml": bad });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF016 bad.yaml:1"]);
    expect(input.findings[0]?.params["value"]).not.toMatch(/[\u0000-\u001f]/);
  });

  it("refuses names that YAML reads as numbers or booleans, as an API server does", async () => {
    const input = await readContents({ ...good, "a.yaml": service("on"), "b.yaml": service("010") });
    expect(input.findings.map((each) => each.params["value"])).toEqual(["true (a boolean)", "8 (a number)"]);
  });

  it("takes colons in the names of roles, not of services", async () => {
    const role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:foo'}\n";
    const input = await readContents({
      "a.yaml": role,
      "b.yaml": role.replace("system:foo", "a/b"),
      "c.yaml": service("a:b"),
    });
    expect(names(input)).toEqual(["ClusterRole system:foo"]);
    expect(input.findings.map(brief)).toEqual(["MF016 b.yaml:1", "MF016 c.yaml:1"]);
  });

  it("does not guess a namespace", async () => {
    const input = await readContents({ ...good, "a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n" });
    expect(names(input)).toEqual(goodOnly);
    expect(input.findings.map(brief)).toEqual(["MF017 a.yaml:1"]);
  });
});
