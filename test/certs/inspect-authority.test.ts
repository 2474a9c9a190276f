// `certs inspect` on the files of a CA together: each way in which they can fail to fit, made with openssl.
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { defaultPlan } from "../../src/certs/certificate-plan.ts";
import { type MadeFiles, makeMeshFiles } from "../../src/certs/make-mesh-files.ts";
import type { CertsView } from "../../src/present/model/certs-view.ts";
import { yamlText } from "../../src/present/yaml-text.ts";
import { folderWith, run } from "../cli/run-meshferry.ts";
import { openssl, verifies } from "./openssl.ts";

const asOf = ["--as-of", "2026-06-01"];
let made: MadeFiles;

beforeAll(async () => {
  const plan = { ...defaultPlan, meshes: ["east", "west"], key: { type: "ec" } } as const;
  made = await makeMeshFiles({ ...plan, rootDays: 3650, intermediateDays: 730 }, new Date("2026-01-01T00:00:00Z"));
});

/** The files that `certs create --manifests` writes, in a new folder. */
function created(): string {
  const files = made.meshes.flatMap(({ mesh, files: pem, manifests }) => [
    ...[...pem].map(([name, text]): [string, string] => [`${mesh}/${name}`, text]),
    ...[...manifests].map(([name, object]): [string, string] => [`${mesh}/${name}`, yamlText(object)]),
  ]);
  return folderWith(Object.fromEntries(files));
}

async function inspected(cwd: string, paths: readonly string[], more = asOf): Promise<CertsView & { code: number }> {
  const ran = await run(cwd, ["certs", "inspect", ...paths, "-o", "json", ...more]);
  expect(ran.stdout).not.toMatch(/PRIVATE KEY|BEGIN/u);
  return { ...(JSON.parse(ran.stdout) as CertsView), code: ran.code };
}

/** The checks of one CA that do not hold: "QUESTION: WHY". */
function amiss({ authorities }: CertsView, place: string): string[] {
  const checks = authorities.find((each) => each.place === place)?.checks ?? [];
  return checks.flatMap(({ question, answer, why }) => (answer === "holds" ? [] : [`${question} ${answer}: ${why}`]));
}

test("what certs create makes holds in every check, and each ConfigMap holds the root that its name says", async () => {
  const cwd = created();
  const { code, authorities, configMaps } = await inspected(cwd, ["."]);
  expect(code).toBe(0);
  const questions = ["root", "may-sign", "signed", "chain", "path-length", "key", "root-key", "valid"];
  const ofFolder = questions.map((question) => ({ question, answer: "holds", why: null }));
  const ofSecret = ofFolder.map((each) =>
    each.question.endsWith("key") ? { ...each, answer: "not checked", why: "no such file" } : each,
  );
  const secret = (mesh: string) => `${mesh}/cacerts.yaml: Secret istio-system/cacerts`;
  expect(authorities).toEqual(
    ["east", "west"].flatMap((mesh) => [
      { place: mesh, checks: ofFolder },
      { place: secret(mesh), checks: ofSecret },
    ]),
  );
  const peer = (own: string, other: string) => ({
    place: `${own}/${other}-ca-root-cert.yaml: ConfigMap istio-system/${other}-ca-root-cert root-cert.pem`,
    verifies: [other, secret(other)],
    namedAfter: other,
    holdsIntermediateOf: [],
    sameNameOtherKey: [],
    answer: "holds",
  });
  expect(configMaps).toEqual([peer("east", "west"), peer("west", "east")]);
});

/** A CA below east's, made by openssl and put in the place of west's intermediate: `below` is its chain. */
function nested(cwd: string, extensions: string): void {
  writeFileSync(join(cwd, "x.conf"), `[req]\nprompt=no\ndistinguished_name=d\n[d]\nCN=below\n[e]\n${extensions}\n`);
  openssl(cwd, ..."ecparam -name prime256v1 -genkey -noout -out west/ca-key.pem".split(" "));
  openssl(cwd, ..."req -new -key west/ca-key.pem -config x.conf -out x.csr".split(" "));
  const by = "-CA east/ca-cert.pem -CAkey east/ca-key.pem -CAcreateserial".split(" ");
  openssl(
    cwd,
    ..."x509 -req -days 400 -extfile x.conf -extensions e -in x.csr -out west/ca-cert.pem".split(" "),
    ...by,
  );
  cpSync(join(cwd, "east/root-cert.pem"), join(cwd, "west/root-cert.pem"));
  cpSync(join(cwd, "east/root-key.pem"), join(cwd, "west/root-key.pem"));
  cpSync(join(cwd, "west/ca-cert.pem"), join(cwd, "west/cert-chain.pem"));
  appendFileSync(join(cwd, "west/cert-chain.pem"), readFileSync(join(cwd, "east/cert-chain.pem")));
  for (const file of ["west/cacerts.yaml", "west/east-ca-root-cert.yaml", "east/west-ca-root-cert.yaml"])
    rmSync(join(cwd, file));
}

/** What openssl signs begins now. */
const soon = (): string[] => ["--as-of", new Date(Date.now() + 3_600_000).toISOString()];
const mayNot = "basicConstraints=critical,CA:true\nkeyUsage=critical,digitalSignature";

test.each<readonly [string, (cwd: string) => void, readonly string[]]>([
  [
    "west's root in east's folder",
    (cwd) => cpSync(join(cwd, "west/root-cert.pem"), join(cwd, "east/root-cert.pem")),
    ["signed fails: signed by another key", "chain fails: does not reach the root", "root-key fails: another key"],
  ],
  [
    "another key",
    (cwd) => cpSync(join(cwd, "west/ca-key.pem"), join(cwd, "east/ca-key.pem")),
    ["key fails: another key"],
  ],
  [
    "a key with a password",
    (cwd) => {
      openssl(cwd, ..."pkey -aes256 -passout pass:x -in west/ca-key.pem -out east/ca-key.pem".split(" "));
    },
    ["key not checked: unreadable"],
  ],
  [
    "the root first in the chain",
    (cwd) => {
      const [root, ca] = ["root-cert.pem", "ca-cert.pem"].map((name) => readFileSync(join(cwd, "east", name), "utf8"));
      writeFileSync(join(cwd, "east/cert-chain.pem"), `${root}${ca}`);
    },
    ["chain fails: begins with another certificate"],
  ],
  [
    "the chain without its root, which is no mistake",
    (cwd) => cpSync(join(cwd, "east/ca-cert.pem"), join(cwd, "east/cert-chain.pem")),
    [],
  ],
  [
    "a stranger behind the intermediate",
    (cwd) => appendFileSync(join(cwd, "east/cert-chain.pem"), readFileSync(join(cwd, "west/root-cert.pem"))),
    ["signed fails: signed by another key", "chain fails: a certificate is not signed by the next"],
  ],
  ["no chain", (cwd) => rmSync(join(cwd, "east/cert-chain.pem")), ["chain not checked: no such file"]],
  [
    "no certificate where the intermediate should be",
    (cwd) => writeFileSync(join(cwd, "east/ca-cert.pem"), "none\n"),
    [
      "may-sign fails: no certificate",
      "signed fails: no certificate",
      "chain fails: no certificate",
      "path-length fails: no certificate",
      "key not checked: no such file",
    ],
  ],
  [
    "the intermediate as its own root",
    (cwd) => cpSync(join(cwd, "east/ca-cert.pem"), join(cwd, "east/root-cert.pem")),
    [
      "root fails: not self-signed",
      "signed fails: signed by another key",
      "chain fails: does not reach the root",
      "root-key fails: another key",
    ],
  ],
])("%s", async (_, change, expected) => {
  const cwd = created();
  change(cwd);
  const view = await inspected(cwd, ["east"]);
  expect(amiss(view, "east")).toEqual(expected);
  expect(view.code).toBe(expected.some((each) => each.includes(" fails")) ? 1 : 0);
});

test.each([
  ["basicConstraints=critical,CA:true", ["path-length fails: more CAs than a path length allows"]],
  [mayNot, ["may-sign fails: may not sign certificates", "path-length fails: more CAs than a path length allows"]],
  [
    "basicConstraints=critical,CA:false",
    ["may-sign fails: no CA", "path-length fails: more CAs than a path length allows"],
  ],
])("a CA below an intermediate of path length 0, with %j", async (extensions, expected) => {
  const cwd = created();
  nested(cwd, extensions);
  expect(amiss(await inspected(cwd, ["west"], soon()), "west")).toEqual(expected);
});

test("two CAs below a root that allows them hold, as openssl says", async () => {
  const cwd = created();
  // East's intermediate anew, without a path length.
  writeFileSync(
    join(cwd, "y.conf"),
    "[req]\nprompt=no\ndistinguished_name=d\n[d]\nCN=y\n[e]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n",
  );
  openssl(cwd, ..."req -new -key east/ca-key.pem -config y.conf -out y.csr".split(" "));
  const by = "-CA east/root-cert.pem -CAkey east/root-key.pem -CAcreateserial".split(" ");
  openssl(
    cwd,
    ..."x509 -req -days 400 -extfile y.conf -extensions e -in y.csr -out east/ca-cert.pem".split(" "),
    ...by,
  );
  const root = readFileSync(join(cwd, "east/root-cert.pem"), "utf8");
  writeFileSync(join(cwd, "east/cert-chain.pem"), readFileSync(join(cwd, "east/ca-cert.pem"), "utf8") + root);
  nested(
    cwd,
    "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid",
  );
  expect(amiss(await inspected(cwd, ["west"], soon()), "west")).toEqual([]);
  expect(verifies(cwd, "east/root-cert.pem", "west/ca-cert.pem", ["east/ca-cert.pem"])).toBe(true);
});

test.each([
  ["2025-12-31", "valid fails: not yet valid"],
  ["2028-01-02", "valid fails: expired"],
])("as of %s: %s", async (day, expected) => {
  const view = await inspected(created(), ["east"], ["--as-of", day]);
  expect(amiss(view, "east")).toEqual([expected]);
  expect(view.code).toBe(1);
});

test("a ConfigMap of older certificates is found by its name, one of a mesh that was not given is not judged", async () => {
  const [cwd, older] = [created(), created()];
  const again = await makeMeshFiles({ ...defaultPlan, meshes: ["west"], key: { type: "ec" } }, new Date("2026-01-01"));
  for (const [name, text] of again.meshes[0]?.files ?? []) writeFileSync(join(cwd, "west", name), text);
  rmSync(join(cwd, "west/cacerts.yaml"));
  const view = await inspected(cwd, ["."]);
  expect(view.code).toBe(1);
  expect(view.configMaps[0]).toEqual({
    place: "east/west-ca-root-cert.yaml: ConfigMap istio-system/west-ca-root-cert root-cert.pem",
    verifies: [],
    namedAfter: "west",
    holdsIntermediateOf: [],
    sameNameOtherKey: ["west"],
    answer: "fails",
  });
  expect((await inspected(older, ["east"])).configMaps).toEqual([
    { ...view.configMaps[0], namedAfter: null, sameNameOtherKey: [], answer: "not checked" },
  ]);
});

test("a ConfigMap with the intermediate instead of the root is said to have it; a renewed root with the old key is one", async () => {
  const cwd = created();
  const configMap = (text: string) =>
    writeFileSync(
      join(cwd, "east/west-ca-root-cert.yaml"),
      yamlText({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "west-ca-root-cert", namespace: "istio-system" },
        data: { "root-cert.pem": text },
      }),
    );
  const found = async () => (await inspected(cwd, ["east", "west"])).configMaps[0];
  configMap(readFileSync(join(cwd, "west/ca-cert.pem"), "utf8"));
  expect(await found()).toMatchObject({
    holdsIntermediateOf: ["west", "west/cacerts.yaml: Secret istio-system/cacerts"],
    answer: "fails",
  });
  configMap(readFileSync(join(cwd, "west/cert-chain.pem"), "utf8"));
  expect(await found()).toMatchObject({ holdsIntermediateOf: [], sameNameOtherKey: [], answer: "holds" });
  const subject = openssl(cwd, ..."x509 -in west/root-cert.pem -noout -subject -nameopt compat".split(" "));
  openssl(
    cwd,
    "req",
    "-x509",
    "-new",
    "-utf8",
    "-key",
    "west/root-key.pem",
    "-days",
    "9",
    "-subj",
    subject.replace("subject=", "").trim(),
    "-out",
    "new.pem",
  );
  configMap(readFileSync(join(cwd, "new.pem"), "utf8"));
  expect(await found()).toMatchObject({ holdsIntermediateOf: [], sameNameOtherKey: [], answer: "holds" });
});

test("a Secret with tls.crt is read as istiod reads it; others than cacerts are not opened", async () => {
  const pem = (name: string) => Buffer.from(made.meshes[0]?.files.get(name) ?? "").toString("base64");
  const secret = (name: string) =>
    yamlText({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: "n" },
      data: { "tls.crt": pem("cert-chain.pem"), "tls.key": pem("ca-key.pem"), "ca.crt": pem("root-cert.pem") },
    });
  const cwd = folderWith({ "a.yaml": secret("cacerts"), "b.yaml": secret("other") });
  const view = await inspected(cwd, ["."]);
  expect(amiss(view, "a.yaml: Secret n/cacerts")).toEqual([
    "key not checked: no such file",
    "root-key not checked: no such file",
  ]);
  expect(view.authorities.length).toBe(1);
  expect(view.certificates.length).toBe(2);
  expect(view.secrets).toEqual(["a.yaml: Secret n/cacerts", "b.yaml: Secret n/other"]);
});

test("for people: one line where all holds, each failure in a line of its own, 80 columns, nothing of a key", async () => {
  const cwd = created();
  cpSync(join(cwd, "west/ca-key.pem"), join(cwd, "east/ca-key.pem"));
  const { stdout, code } = await run(cwd, ["certs", "inspect", "east", "west/root-cert.pem", ...asOf]);
  expect(code).toBe(1);
  expect(stdout).toContain(
    "\nCAs\n  east: 7 of 8 checks hold, 1 fail\n    NO  ca-key.pem is ca-cert.pem's key: it is another key\n",
  );
  expect(stdout).toContain("\nRoots in ConfigMaps\n");
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const line of readFileSync(join(cwd, "east/ca-key.pem"), "utf8")
    .split("\n")
    .filter((each) => each.length > 16))
    expect(stdout).not.toContain(line.slice(0, 16));
});
