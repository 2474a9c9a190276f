// `certs inspect` and `certs combine`: what they say of certificates, how they warn, and that no key is ever shown.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { defaultPlan } from "../../src/certs/certificate-plan.ts";
import { type MadeFiles, makeMeshFiles } from "../../src/certs/make-mesh-files.ts";
import { yamlText } from "../../src/present/yaml-text.ts";
import { controlCharacters, folderWith, run } from "../cli/run-meshferry.ts";
import { openssl } from "./openssl.ts";

const from = new Date("2026-01-01T00:00:00Z");
let made: MadeFiles;

beforeAll(async () => {
  const names = { organization: "my-company.org", intermediateName: '{Mesh} CA, of "x" + y' };
  const plan = { ...defaultPlan, ...names, meshes: ["east", "west"], key: { type: "ec" } } as const;
  made = await makeMeshFiles({ ...plan, intermediateDays: 100 }, from);
});

const pem = (mesh: number, name: string) => made.meshes[mesh]?.files.get(name) ?? "";

/** East's files as `certs create --manifests` writes them. */
function eastFolder(): string {
  const [east] = made.meshes;
  const manifests = [...(east?.manifests ?? [])].map(([name, object]) => [name, yamlText(object)]);
  return folderWith(
    Object.fromEntries([...(east?.files ?? []), ...manifests].map(([name = "", text = ""]) => [`east/${name}`, text])),
  );
}

test("a folder: every certificate once, with what openssl says of it", async () => {
  const cwd = eastFolder();
  const ran = await run(cwd, ["certs", "inspect", "east", "-o", "json", "--as-of", "2026-01-02"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const view = JSON.parse(ran.stdout) as Record<string, unknown>;
  const print = openssl(cwd, ..."x509 -in east/ca-cert.pem -noout -fingerprint -sha256".split(" ")).trim();
  expect(view).toMatchObject({
    asOf: "2026-01-02T00:00:00.000Z",
    files: 7,
    certificates: [
      {
        subject: String.raw`O=my-company.org, CN=East CA\, of \"x\" \+ y, L=east`,
        issuer: "O=my-company.org, CN=East Root CA",
        selfSigned: false,
        ca: true,
        key: { type: "EC", bits: 256, curve: "prime256v1" },
        validFrom: "2026-01-01T00:00:00.000Z",
        validTo: "2026-04-11T00:00:00.000Z",
        fingerprint: print.replace(/^.*=/u, ""),
        places: [
          "east/ca-cert.pem",
          "east/cacerts.yaml: Secret istio-system/cacerts ca-cert.pem",
          "east/cacerts.yaml: Secret istio-system/cacerts cert-chain.pem",
          "east/cert-chain.pem",
        ],
        daysLeft: 99,
        state: "valid",
      },
      {
        subject: "O=my-company.org, CN=East Root CA",
        selfSigned: true,
        places: [
          "east/cacerts.yaml: Secret istio-system/cacerts root-cert.pem",
          "east/cacerts.yaml: Secret istio-system/cacerts cert-chain.pem",
          "east/cert-chain.pem",
          "east/root-cert.pem",
        ],
      },
      { places: ["east/west-ca-root-cert.yaml: ConfigMap istio-system/west-ca-root-cert root-cert.pem"] },
    ],
    privateKeys: ["east/ca-key.pem", "east/root-key.pem"],
    secrets: ["east/cacerts.yaml: Secret istio-system/cacerts"],
    broken: [],
    findings: [],
  });
  expect(ran.stdout).not.toMatch(/PRIVATE KEY|BEGIN/u);
});

test.each([
  ["2026-01-10", 0, "valid", null],
  ["2026-01-11", 0, "expires soon", /CN|expires in 90 days/u],
  ["2026-04-10T12:00:00Z", 0, "expires soon", /expires in 0 days/u],
  ["2026-04-11T00:00:01Z", 1, "expired", /has expired/u],
  ["2025-12-31", 0, "not yet valid", /is not valid before 2026-01-01 00:00Z/u],
])("as of %s: exit code %i, %s", async (asOf, code, state, says) => {
  const cwd = folderWith({ "ca.pem": pem(0, "ca-cert.pem") });
  const ran = await run(cwd, ["certs", "inspect", "ca.pem", "--as-of", asOf]);
  expect(ran.code).toBe(code);
  expect(ran.stdout).toMatch(new RegExp(`EC 256 +2026-04-11 +-?\\d+ +${state}\n`, "u"));
  if (says === null) expect(ran.stdout).not.toContain("Warnings");
  else expect(ran.stdout.slice(ran.stdout.indexOf("Warnings"))).toMatch(says);
});

test("80 columns are enough, and nothing steers the terminal", async () => {
  const cwd = eastFolder();
  const name = "a\u001b[31m\u202egnp, CN=x\ny";
  writeFileSync(
    join(cwd, "x.conf"),
    "[req]\nutf8=yes\nprompt=no\ndistinguished_name=d\n[d]\nCN=a\u001b[31m\u202egnp\n",
  );
  openssl(cwd, ..."req -x509 -days 1 -new -key east/ca-key.pem -config x.conf -out east/odd.pem".split(" "));
  cpSync(join(cwd, "east/odd.pem"), join(cwd, "east", `${name.replace("\n", "")}.pem`));
  const ran = await run(cwd, ["certs", "inspect", "east", "--as-of", "2026-01-02"]);
  expect(ran.stdout).not.toMatch(controlCharacters);
  expect(ran.stdout).toContain(String.raw`\u202egnp`);
  expect(Math.max(...ran.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const key of ["ca-key.pem", "root-key.pem"])
    for (const line of pem(0, key)
      .split("\n")
      .filter((each) => each.length > 16))
      expect(ran.stdout).not.toContain(line);
});

test("RSA keys, and a certificate that is no CA", async () => {
  const cwd = folderWith({
    "x.conf": "[req]\nprompt=no\ndistinguished_name=d\n[d]\nCN=leaf\n[e]\nbasicConstraints=CA:false\n",
  });
  openssl(
    cwd,
    ..."req -x509 -newkey rsa:2048 -nodes -keyout k.key -config x.conf -extensions e -out leaf.pem".split(" "),
  );
  const ran = await run(cwd, ["certs", "inspect", "leaf.pem", "k.key"]);
  expect(ran.stdout).toMatch(/is {7}no CA, RSA 2048, signed with SHA-256\n/u);
  expect(ran.stdout).toMatch(/Private keys.*\n {2}k\.key\n/u);
});

test("bad files among good ones are named and hide nothing", async () => {
  const good = pem(0, "root-cert.pem");
  const cwd = folderWith({
    "good.pem": good,
    "bad.pem": `${good}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    "cut.pem": good.slice(0, 100),
    "odd.yaml": "a: [",
  });
  const ran = await run(cwd, ["certs", "inspect", ".", "missing.pem", "--as-of", "2026-01-02"]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain("1 certificate in 4 files");
  expect(ran.stdout).toMatch(/Broken.*\n {2}bad\.pem, certificate 2\n {2}cut\.pem, certificate 1\n/u);
  expect(ran.stdout).toMatch(/MF001[\s\S]*missing\.pem[\s\S]*MF011/u);
});

test.each([[["nothing.pem"]], [["empty"]]])("%j: nothing was read", async (paths) => {
  const cwd = folderWith({ "empty/x.txt": "" });
  expect((await run(cwd, ["certs", "inspect", ...paths])).code).toBe(2);
});

test.each(["2026-02-30", "tomorrow", "2026-01-01T00:00", ""])("--as-of %j is refused", async (time) => {
  const ran = await run(folderWith(), ["certs", "inspect", ".", "--as-of", time]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("not a day or time");
});

test("combine: each certificate once, in the order of the files, and no key", async () => {
  const [east, west] = [pem(0, "root-cert.pem"), pem(1, "root-cert.pem")];
  const indented = east.replaceAll(/^/gmu, "    ").replaceAll("\n", "\r\n");
  const cwd = folderWith({
    "w.pem": `# west\n${west}${pem(1, "root-key.pem")}`,
    "e.pem": `${indented}${west}`,
    "e2.pem": east,
  });
  const ran = await run(cwd, ["certs", "combine", "w.pem", "e.pem", "e2.pem", "w.pem"]);
  expect(ran).toMatchObject({ code: 0, stdout: `${west}${east}` });
  expect(ran.stderr).toContain("note: w.pem: a private key in it is left out\n");
  const other = await run(cwd, ["certs", "combine", "e2.pem", "w.pem"]);
  expect(other.stdout).toBe(`${east}${west}`);
});

test.each([
  ["key.pem", "a file holds no certificate"],
  ["broken.pem", "a file holds a broken certificate"],
  ["missing.pem", "a file cannot be read"],
])("combine: %s is an error, not a gap", async (file, says) => {
  const east = pem(0, "root-cert.pem");
  const cwd = folderWith({
    "e.pem": east,
    "key.pem": pem(0, "root-key.pem"),
    "broken.pem": `${east}${east.slice(0, 200)}`,
  });
  const ran = await run(cwd, ["certs", "combine", "e.pem", file]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain(`error: ${says}`);
  expect(ran.stderr).toContain(`where: ${file}`);
  expect(ran.stderr).not.toContain(readFileSync(join(cwd, "key.pem"), "utf8").split("\n")[1] ?? "?");
});
