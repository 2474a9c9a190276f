// Field by field the same as what Istio's make targets produce: what docs/certs.md has as a table.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultPlan } from "../../src/certs/certificate-plan.ts";
import { makeMeshFiles } from "../../src/certs/make-mesh-files.ts";
import { folderWith } from "../cli/run-meshferry.ts";
import { fieldsOf, makeLikeIstio, openssl, signLeaf, verifies } from "./openssl.ts";

const organization = "my-company.org";

test("every field is the one that Istio's make targets give it", async () => {
  const theirs = folderWith();
  makeLikeIstio(theirs, { organization, mesh: "east", bits: 2048 });
  const plan = { ...defaultPlan, meshes: ["east"], organization, key: { type: "rsa", bits: 2048 } } as const;
  const { meshes } = await makeMeshFiles(plan, new Date());
  const ours = folderWith(Object.fromEntries(meshes[0]?.files ?? []));
  for (const file of ["root-cert.pem", "ca-cert.pem"]) {
    const fields = fieldsOf(ours, file);
    const { serialBytes, ...others } = fieldsOf(theirs, file);
    expect(fields, file).toEqual({ ...others, serialBytes: "20" });
    // DER has no leading zeros, and a random number may begin with some: 3 of 400 serials by openssl were shorter (observed).
    expect(Number(serialBytes)).toBeGreaterThan(16);
    expect(Number(serialBytes)).toBeLessThanOrEqual(20);
    // So that the comparison cannot be one of empty texts.
    expect(fields).toMatchObject({ version: "3 (0x2)", days: "3650", serialBytes: "20", key: "2048 bit" });
    expect(fields["subject"]).toContain("O = UTF8STRING:my-company.org, CN = UTF8STRING:East ");
    expect(fields["extensions"]).toContain("X509v3 Key Usage: critical\nDigital Signature, Non Repudiation, Key Encip");
  }
  expect(meshes[0]?.files.get("ca-key.pem")?.split("\n")[0]).toBe("-----BEGIN PRIVATE KEY-----");
  const chain = meshes[0]?.files.get("cert-chain.pem");
  expect(chain).toBe(`${meshes[0]?.files.get("ca-cert.pem")}${meshes[0]?.files.get("root-cert.pem")}`);
});

test("the identifier of a key is the one that openssl computes", async () => {
  const { meshes } = await makeMeshFiles({ ...defaultPlan, meshes: ["east"], key: { type: "ec" } }, new Date());
  const folder = folderWith(Object.fromEntries(meshes[0]?.files ?? []));
  writeFileSync(
    join(folder, "x.conf"),
    "[req]\nprompt=no\ndistinguished_name=d\n[d]\nO=x\n[e]\nsubjectKeyIdentifier=hash\n",
  );
  openssl(folder, ..."req -x509 -new -key ca-key.pem -config x.conf -extensions e -out again.pem".split(" "));
  const identifier = (file: string) => openssl(folder, "x509", "-in", file, "-noout", "-ext", "subjectKeyIdentifier");
  expect(identifier("ca-cert.pem")).toBe(identifier("again.pem"));
});

test.each([{ type: "rsa", bits: 2048 } as const, { type: "ec" } as const])(
  "openssl verifies root, intermediate and a workload under it: $type",
  async (key) => {
    const { meshes } = await makeMeshFiles({ ...defaultPlan, meshes: ["east", "west"], key }, new Date());
    const [east, west] = meshes.map(({ files }) => folderWith(Object.fromEntries(files)));
    const own = east ?? "";
    signLeaf(own);
    expect(verifies(own, "root-cert.pem", "root-cert.pem")).toBe(true);
    expect(verifies(own, "root-cert.pem", "ca-cert.pem")).toBe(true);
    expect(verifies(own, "root-cert.pem", "leaf.pem", ["cert-chain.pem"])).toBe(true);
    expect(verifies(own, "root-cert.pem", "leaf.pem")).toBe(false);
    expect(verifies(own, join(west ?? "", "root-cert.pem"), "leaf.pem", ["cert-chain.pem"])).toBe(false);
    // The key is the certificate's.
    expect(openssl(own, "pkey", "-in", "ca-key.pem", "-pubout")).toBe(
      openssl(own, "x509", "-in", "ca-cert.pem", "-noout", "-pubkey"),
    );
  },
);

test("an intermediate may sign workloads and no further CA", async () => {
  const { meshes } = await makeMeshFiles({ ...defaultPlan, meshes: ["east"], key: { type: "ec" } }, new Date());
  const folder = folderWith(Object.fromEntries(meshes[0]?.files ?? []));
  signLeaf(folder);
  writeFileSync(join(folder, "sub.conf"), "[e]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n");
  const ca = "-CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial".split(" ");
  openssl(folder, ..."x509 -req -in leaf.csr -extfile sub.conf -extensions e -out sub.pem".split(" "), ...ca);
  openssl(
    folder,
    ..."x509 -req -in leaf.csr -CA sub.pem -CAkey leaf-key.pem -CAcreateserial -out under.pem".split(" "),
  );
  expect(verifies(folder, "root-cert.pem", "under.pem", ["ca-cert.pem", "sub.pem"])).toBe(false);
});

test("five meshes: every root trusts its own mesh, the combined roots trust all", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const { meshes } = await makeMeshFiles({ ...defaultPlan, meshes: names, key: { type: "ec" } }, new Date());
  const folders = meshes.map(({ files, combinedRoots }) =>
    folderWith({ ...Object.fromEntries(files), "combined-root.pem": combinedRoots }),
  );
  for (const folder of folders) signLeaf(folder);
  for (const [at, folder] of folders.entries()) {
    for (const [of, other] of folders.entries()) {
      const leaf = [join(other, "leaf.pem"), [join(other, "cert-chain.pem")]] as const;
      expect(verifies(folder, "root-cert.pem", ...leaf), `${at} ${of}`).toBe(at === of);
      expect(verifies(folder, "combined-root.pem", ...leaf), `${at} ${of} combined`).toBe(true);
    }
    expect(meshes[at]?.combinedRoots.startsWith(meshes[at]?.files.get("root-cert.pem") ?? "?")).toBe(true);
    expect(meshes[at]?.combinedRoots.split("BEGIN CERTIFICATE").length).toBe(6);
  }
});

test("a shared root trusts all meshes, and its key lies in none of their folders", async () => {
  const plan = {
    ...defaultPlan,
    meshes: ["a", "b"],
    key: { type: "ec" },
    sharedRoot: true,
    rootName: "Root CA",
  } as const;
  const { meshes, shared } = await makeMeshFiles(plan, new Date());
  const folders = meshes.map(({ files }) => folderWith(Object.fromEntries(files)));
  const root = folderWith(Object.fromEntries(shared));
  for (const folder of folders) {
    signLeaf(folder);
    expect(verifies(root, "root-cert.pem", join(folder, "leaf.pem"), [join(folder, "cert-chain.pem")])).toBe(true);
  }
  expect(meshes.map(({ files }) => files.has("root-key.pem"))).toEqual([false, false]);
  expect(meshes.map(({ combinedRoots }) => combinedRoots)).toEqual(Array(2).fill(shared.get("root-cert.pem")));
});

test("dates beyond 2049 are written as openssl writes them", async () => {
  const plan = { ...defaultPlan, meshes: ["a"], key: { type: "ec" }, rootDays: 36_500 } as const;
  const { meshes } = await makeMeshFiles(plan, new Date("2026-02-03T04:05:06.789Z"));
  const folder = folderWith(Object.fromEntries(meshes[0]?.files ?? []));
  expect(openssl(folder, "x509", "-in", "root-cert.pem", "-noout", "-dates")).toBe(
    "notBefore=Feb  3 04:05:06 2026 GMT\nnotAfter=Jan 10 04:05:06 2126 GMT\n",
  );
  expect(openssl(folder, "asn1parse", "-in", "root-cert.pem")).toContain("GENERALIZEDTIME   :21260110040506Z");
});

test.each([
  `Ex,ample "+<>;=\\ #1, O=evil`,
  "#04024869",
  "/CN=evil/O=x",
  "a\u0308 日本 ＡＢ",
  "$(touch x) `id` ' ; rm -rf",
  "{mesh}",
])("the organisation %j arrives as it is, and as one attribute", async (name) => {
  const { meshes } = await makeMeshFiles(
    { ...defaultPlan, meshes: ["a"], key: { type: "ec" }, organization: name },
    new Date(),
  );
  const folder = folderWith(Object.fromEntries(meshes[0]?.files ?? []));
  const subject = openssl(
    folder,
    ..."x509 -in root-cert.pem -noout -subject -nameopt sep_multiline,utf8,sname".split(" "),
  );
  expect(subject.split("\n").map((line) => line.trim())).toEqual(["subject=", `O=${name}`, "CN=A Root CA", ""]);
  expect(verifies(folder, "root-cert.pem", "ca-cert.pem")).toBe(true);
});
