// `certs create` as its users meet it: what is written, with which modes, what is refused, and that no key is ever shown.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { controlCharacters, filesBelow, folderWith, type Ran, run } from "../cli/run-meshferry.ts";
import { openssl, signLeaf, verifies } from "./openssl.ts";

const two = ["certs", "create", "--mesh", "east", "--mesh", "west", "--out", "out", "--key", "ec"] as const;
const layout = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem", "root-key.pem"];

/** Nothing of any private key of the folder stands in what was printed, as PEM or in base64 again. */
function expectNoKeys({ stdout, stderr }: Ran, folder: string): void {
  const printed = `${stdout}${stderr}`;
  expect(printed).not.toContain("PRIVATE KEY");
  const keys = [...filesBelow(folder)].filter(([path]) => path.endsWith("-key.pem"));
  expect(keys.length).toBeGreaterThan(0);
  for (const [, text] of keys) {
    for (const line of text.split("\n").filter((each) => each.length >= 16))
      expect(printed).not.toContain(line.slice(0, 16));
    expect(printed).not.toContain(Buffer.from(text).toString("base64").slice(0, 40));
  }
}

test("the guide's two meshes: Istio's layout, for the owner's eyes alone, whatever the umask", async () => {
  const cwd = folderWith();
  const before = process.umask(0o000);
  const ran = await run(cwd, [...two, "--organization", "my-company.org"]).finally(() => process.umask(before));
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const paths = [...filesBelow(join(cwd, "out")).keys()];
  expect(paths).toEqual(["east", "west"].flatMap((mesh) => layout.map((file) => `${mesh}/${file}`)));
  for (const path of paths) expect(lstatSync(join(cwd, "out", path)).mode & 0o777, path).toBe(0o600);
  for (const path of ["", "east", "west"]) expect(lstatSync(join(cwd, "out", path)).mode & 0o777, path).toBe(0o700);
  const subject = openssl(cwd, "x509", "-in", "out/west/ca-cert.pem", "-noout", "-subject");
  expect(subject).toBe("subject=O = my-company.org, CN = West Intermediate CA, L = west\n");
  expect(ran.stdout).toContain("      --from-file=out/east/ca-key.pem \\\n");
  expect(Math.max(...ran.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expectNoKeys(ran, cwd);
});

test("without --key: RSA 4096, ten years, organisation Istio", async () => {
  const cwd = folderWith();
  const ran = await run(cwd, ["certs", "create", "--mesh", "a", "--out", "."]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/a {5}root {10}A Root CA {10}RSA 4096/u);
  const text = openssl(cwd, "x509", "-in", "a/root-cert.pem", "-noout", "-text");
  expect(text).toContain("Public-Key: (4096 bit)");
  expect(text).toContain("Subject: O = Istio, CN = A Root CA");
  expectNoKeys(ran, cwd);
});

test("--manifests: what the guide's kubectl commands create, and the roots of all, own first", async () => {
  const cwd = folderWith();
  const mesh = ["--mesh", "north"];
  const ran = await run(cwd, [
    ...two,
    ...mesh,
    "--manifests",
    "--namespace",
    "mesh-a",
    "--peer-config-map",
    "{mesh}-mesh-ca-root-cert",
  ]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const files = filesBelow(join(cwd, "out"));
  const file = (path: string) => files.get(path) ?? "";
  const manifests = [...files.keys()].filter((path) => path.startsWith("east/") && path.endsWith(".yaml"));
  expect(manifests).toEqual([
    "east/cacerts.yaml",
    "east/north-mesh-ca-root-cert.yaml",
    "east/west-mesh-ca-root-cert.yaml",
  ]);
  const keys = ["root-cert.pem", "ca-cert.pem", "ca-key.pem", "cert-chain.pem"];
  expect(load(file("east/cacerts.yaml"))).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: "mesh-a" },
    type: "Opaque",
    data: Object.fromEntries(keys.map((key) => [key, Buffer.from(file(`east/${key}`)).toString("base64")])),
  });
  expect(load(file("east/west-mesh-ca-root-cert.yaml"))).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "west-mesh-ca-root-cert", namespace: "mesh-a" },
    data: { "root-cert.pem": file("west/root-cert.pem") },
  });
  const root = (mesh_: string) => file(`${mesh_}/root-cert.pem`);
  expect(file("west/combined-root.pem")).toBe(root("west") + root("east") + root("north"));
  expect(lstatSync(join(cwd, "out/east/cacerts.yaml")).mode & 0o777).toBe(0o600);
  expect(openssl(cwd, ..."x509 -in out/east/ca-cert.pem -noout -ext subjectAltName".split(" "))).toContain(
    "DNS:istiod.mesh-a.svc",
  );
  expect(ran.stdout).toMatch(/east\/cacerts\.yaml[\s\S]*never commit it/u);
  expectNoKeys(ran, cwd);
});

test("--shared-root: one root beside the meshes' folders", async () => {
  const cwd = folderWith();
  const ran = await run(cwd, [...two, "--shared-root", "--days-root", "100", "--manifests"]);
  expect(ran.code).toBe(0);
  const files = filesBelow(join(cwd, "out"));
  expect([...files.keys()].filter((path) => path.includes("root-key"))).toEqual(["root-key.pem"]);
  expect(files.get("east/root-cert.pem")).toBe(files.get("root-cert.pem"));
  expect(files.get("east/combined-root.pem")).toBe(files.get("root-cert.pem"));
  for (const mesh of ["east", "west"]) {
    signLeaf(join(cwd, "out", mesh));
    expect(verifies(join(cwd, "out", mesh), "../root-cert.pem", "leaf.pem", ["ca-cert.pem"])).toBe(true);
  }
  expectNoKeys(ran, cwd);
});

test("nothing is overwritten unasked, and then nothing at all is written", async () => {
  const cwd = folderWith({ "out/west/ca-key.pem": "precious" });
  const ran = await run(cwd, two);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("where: out/west/ca-key.pem\n");
  expect([...filesBelow(cwd)]).toEqual([["out/west/ca-key.pem", "precious"]]);
});

test("a symbolic link that leads nowhere is in the way too, and is not written through", async () => {
  const cwd = folderWith({ "out/west/x": "" });
  symlinkSync(join(cwd, "elsewhere"), join(cwd, "out/west/ca-key.pem"));
  expect(await run(cwd, two)).toMatchObject({ code: 2 });
  expect((await run(cwd, [...two, "--force"])).code).toBe(0);
  expect(readdirSync(cwd)).toEqual(["out"]);
  expect(lstatSync(join(cwd, "out/west/ca-key.pem")).isFile()).toBe(true);
});

test("a mesh's folder that is a link or a file is refused, with --force too", async () => {
  const cwd = folderWith({ "other/x": "" });
  mkdirSync(join(cwd, "out"));
  symlinkSync(join(cwd, "other"), join(cwd, "out/west"));
  const ran = await run(cwd, [...two, "--force"]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/no plain folder\n {2}where: out\/west\n/u);
  expect(readdirSync(join(cwd, "other"))).toEqual(["x"]);
});

test("--force replaces files, with mode 0600 whatever they had, and leaves no others behind", async () => {
  const cwd = folderWith();
  await run(cwd, two);
  const key = join(cwd, "out/east/ca-key.pem");
  const before = readFileSync(key, "utf8");
  chmodSync(key, 0o644);
  expect((await run(cwd, [...two, "--force"])).code).toBe(0);
  expect(readFileSync(key, "utf8")).not.toBe(before);
  expect(lstatSync(key).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(cwd, "out/east")).sort()).toEqual(layout);
});

test("manifests never stay behind beside newer keys", async () => {
  const cwd = folderWith();
  await run(cwd, [...two, "--manifests"]);
  const ran = await run(cwd, [...two, "--force"]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain("manifests of other certificates are there\n  where: out/east/cacerts.yaml, ");
});

test("what fails half-way is taken back", async () => {
  const cwd = folderWith({ "out/east/keep": "" });
  const { writePrivately } = await import("../../src/certs/private-files.ts");
  writeFileSync(join(cwd, "out/b"), "a file where a folder should be");
  const files = new Map([
    ["new/deep/a.pem", "x"],
    ["east/a.pem", "x"],
    ["b/a.pem", "x"],
  ]);
  expect(() => writePrivately(join(cwd, "out"), files, false)).toThrow(/ENOTDIR|EEXIST/u);
  rmSync(join(cwd, "out/b"));
  expect(readdirSync(join(cwd, "out"), { recursive: true })).toEqual(["east", "east/keep"]);
});

test.each([
  [["--mesh", "../evil"], /--mesh "\.\.\/evil" cannot be used/u],
  [["--mesh", "A"], /--mesh "A"/u],
  [["--mesh", "east"], /The name is given twice/u],
  [["--mesh", "a\u001b[31m"], /--mesh "a\\u001b\[31m"/u],
  [["--organization", ""], /It is empty/u],
  [["--organization", "x\u202ey"], /characters that cannot be seen/u],
  [["--organization", "x\ny"], /characters that cannot be seen/u],
  [["--organization", "x".repeat(65)], /longer than the 64 characters/u],
  [["--root-cn", "Root CA"], /verifiers find roots by name/u],
  [["--root-cn", "{mesh}", "--intermediate-cn", "{mesh}"], /the root's own name/u],
  [["--shared-root", "--root-cn", "{mesh} Root"], /cannot be named after one of them/u],
  [["--days-root", "0"], /no number of days from 1/u],
  [["--days-root", "ten"], /"ten" is not a number of days/u],
  [["--days-root", "10", "--days-intermediate", "11"], /outlive its root/u],
  [["--namespace", "a/b"], /--namespace "a\/b"/u],
  [["--peer-config-map", "root"], /share one name/u],
  [["--peer-config-map", "../{mesh}"], /no name of a ConfigMap/u],
  [["--key", "dsa"], /dsa/u],
  [["--out", "again"], /out/u],
])("%j is refused, and nothing is written", async (more, says) => {
  const cwd = folderWith();
  const ran = await run(cwd, [...two, ...more]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).not.toMatch(controlCharacters);
  expect(readdirSync(cwd)).toEqual([]);
});
