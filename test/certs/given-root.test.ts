// `certs create --root`: intermediates under a root that is there already, of ours or of openssl's making, which stays as it is.
import { appendFileSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, folderWith, run } from "../cli/run-meshferry.ts";
import { fieldsOf, makeLikeIstio, openssl, signLeaf, verifies } from "./openssl.ts";

const under = (...more: readonly string[]): string[] => [
  ..."certs create --mesh east --mesh west --out out --root old --key ec".split(" "),
  ...more,
];
const layout = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"];

interface RootOf {
  readonly key?: readonly string[];
  readonly extensions?: string;
  readonly subject?: string;
  readonly days?: number;
  readonly more?: readonly string[];
}

/** A folder in which `old` has root-cert.pem and root-key.pem, made by openssl. */
function rootBy({ key, extensions, subject = "O=Old\nCN=Old Root", days = 4000, more = [] }: RootOf = {}): string {
  const cwd = folderWith({
    "old/x.conf": `[req]\nprompt=no\ndistinguished_name=d\nx509_extensions=e\n[d]\n${subject}\n[e]\n${extensions ?? "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash"}\n`,
  });
  const old = join(cwd, "old");
  openssl(old, ...(key ?? "ecparam -name prime256v1 -genkey -noout".split(" ")), "-out", "root-key.pem");
  openssl(
    old,
    ..."req -x509 -new -sha256 -key root-key.pem -config x.conf -out root-cert.pem -days".split(" "),
    String(days),
    ...more,
  );
  return cwd;
}

function expectSigned(cwd: string): void {
  for (const mesh of ["east", "west"]) {
    const home = join(cwd, "out", mesh);
    signLeaf(home);
    expect(verifies(home, "../../old/root-cert.pem", "ca-cert.pem")).toBe(true);
    expect(verifies(home, "../../old/root-cert.pem", "leaf.pem", ["cert-chain.pem"])).toBe(true);
    expect(verifies(home, "root-cert.pem", "leaf.pem", ["cert-chain.pem"])).toBe(true);
  }
}

test.each<readonly [string, RootOf]>([
  ["RSA as openssl 1 kept it", { key: "genrsa -traditional".split(" ") }],
  ["RSA as PKCS#8", { key: "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072".split(" ") }],
  ["EC on P-384", { key: "ecparam -name secp384r1 -genkey -noout".split(" ") }],
  ["EC on P-521", { key: "ecparam -name secp521r1 -genkey".split(" ") }],
  [
    "a path length of 1",
    {
      extensions:
        "basicConstraints=critical,CA:true,pathlen:1\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash",
    },
  ],
  [
    "an identifier of its own for its key",
    { extensions: "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=01020304" },
  ],
  [
    "a subject in several kinds of strings",
    { subject: "C=NO\n0.OU=a\n1.OU=b\nemailAddress=x@y.z\nCN=Ro\u00f8t", more: ["-utf8"] },
  ],
])("openssl verifies what is signed by a root: %s", async (_, root) => {
  const cwd = rootBy(root);
  const before = filesBelow(join(cwd, "old"));
  const ran = await run(cwd, under());
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect([...filesBelow(join(cwd, "out")).keys()]).toEqual(
    ["east", "west"].flatMap((mesh) => layout.map((file) => `${mesh}/${file}`)),
  );
  expectSigned(cwd);
  expect(filesBelow(join(cwd, "old"))).toEqual(before);
  const identifier = (file: string, which: string) =>
    openssl(cwd, "x509", "-in", file, "-noout", "-ext", which)
      .split("\n")[1]
      ?.trim()
      .replace(/^keyid:/u, "");
  expect(identifier("out/east/ca-cert.pem", "authorityKeyIdentifier")).toBe(
    identifier("old/root-cert.pem", "subjectKeyIdentifier"),
  );
  expect(ran.stdout).not.toContain("PRIVATE KEY");
});

test("the root of Istio's make targets: the intermediate has the fields that they give it", async () => {
  const cwd = folderWith();
  mkdirSync(join(cwd, "old"));
  makeLikeIstio(join(cwd, "old"), { organization: "Istio", mesh: "east", bits: 2048 });
  expect((await run(cwd, [..."certs create --mesh east --out out --root old --key ec".split(" ")])).code).toBe(0);
  const { serialBytes: _, key: __, days, ...ours } = fieldsOf(join(cwd, "out/east"), "ca-cert.pem");
  const { serialBytes: ___, key: ____, days: _____, ...theirs } = fieldsOf(join(cwd, "old"), "ca-cert.pem");
  expect(ours).toEqual(theirs);
  // The root began some moments earlier, and whole days are left of it.
  expect(Number(days)).toBe(3649);
});

test("a third mesh is added to two with a shared root, whose files are not touched; each mesh gets the others' roots", async () => {
  const cwd = folderWith();
  const create = "certs create --out certs --key ec --manifests --mesh".split(" ");
  await run(cwd, [...create, "east", "--shared-root"]);
  const before = filesBelow(join(cwd, "certs"));
  expect((await run(cwd, [...create, "north", "--mesh", "south", "--root", "certs"])).code).toBe(0);
  const after = filesBelow(join(cwd, "certs"));
  for (const [path, text] of before) expect(after.get(path), path).toBe(text);
  expect([...after.keys()].filter((path) => path.endsWith("root-key.pem"))).toEqual(["root-key.pem"]);
  expect(after.get("north/combined-root.pem")).toBe(before.get("root-cert.pem"));
  expect([...after.keys()].filter((path) => path.startsWith("north/south"))).toEqual(["north/south-ca-root-cert.yaml"]);
  expect((await run(cwd, ["certs", "inspect", "certs"])).code).toBe(0);
});

test("a new intermediate in the root's own folder: with --force, and the root stays", async () => {
  const cwd = folderWith();
  await run(cwd, "certs create --mesh east --out certs --key ec".split(" "));
  const before = filesBelow(join(cwd, "certs/east"));
  const root = join(cwd, "certs/east/root-cert.pem");
  const { ino } = statSync(root);
  symlinkSync("certs", join(cwd, "link"));
  const again = "certs create --mesh east --out certs --root link/east --key ec".split(" ");
  expect((await run(cwd, again)).stderr).toContain("certs/east/ca-cert.pem");
  expect((await run(cwd, [...again, "--force"])).code).toBe(0);
  const after = filesBelow(join(cwd, "certs/east"));
  expect([...after.keys()]).toEqual([...before.keys()]);
  const changed = [...after.keys()].filter((name) => after.get(name) !== before.get(name));
  expect(changed).toEqual(["ca-cert.pem", "ca-key.pem", "cert-chain.pem"]);
  expect(statSync(root).ino).toBe(ino);
  expect((await run(cwd, ["certs", "inspect", "certs"])).code).toBe(0);
});

test("no intermediate outlives the root: by default it ends before it, and a longer one is refused", async () => {
  const cwd = rootBy({ days: 100 });
  const ran = await run(cwd, under("--days-intermediate", "101"));
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("outlive its root (99 days)");
  expect((await run(cwd, under())).code).toBe(0);
  expect(fieldsOf(join(cwd, "out/east"), "ca-cert.pem")["days"]).toBe("99");
});

const constraints = (text: string) => ({ extensions: `basicConstraints=critical,${text}` });

test.each<readonly [RootOf, ((old: string) => void) | null, RegExp]>([
  [constraints("CA:false"), null, /root-cert\.pem\n {2}why: +It is no CA\./u],
  [constraints("CA:true,pathlen:0"), null, /path length of 0/u],
  [constraints("CA:true\nkeyUsage=critical,digitalSignature"), null, /without certificate signing/u],
  [{ key: "genpkey -algorithm ED25519".split(" ") }, null, /neither RSA nor EC/u],
  [{ key: "ecparam -name secp256k1 -genkey -noout".split(" ") }, null, /neither RSA nor EC/u],
  [{ days: 1 }, null, /expires within a day/u],
  [{ days: -1 }, null, /It is expired\.|It is not yet valid\./u],
  [{}, (old) => writeFileSync(join(old, "root-cert.pem"), "x"), /holds 0 certificates/u],
  [{}, (old) => appendFileSync(join(old, "root-cert.pem"), readFileSync(join(old, "root-cert.pem"))), /holds 2/u],
  [
    {},
    (old) => openssl(old, ..."ecparam -name prime256v1 -genkey -noout -out root-key.pem".split(" ")),
    /not the key/u,
  ],
  [
    {},
    (old) => {
      cpSync(join(old, "root-key.pem"), join(old, "plain.pem"));
      openssl(old, ..."pkey -aes256 -passout pass:x -in plain.pem -out root-key.pem".split(" "));
    },
    /encrypted/u,
  ],
  [{}, (old) => cpSync(join(old, "root-cert.pem"), join(old, "root-key.pem")), /no private key/u],
])("%j is refused, with nothing written and nothing of a key shown", async (root, change, says) => {
  // openssl refuses negative days in some versions: the certificate then is one that has ended.
  const cwd = rootBy(root.days === -1 ? { days: 2 } : root);
  const old = join(cwd, "old");
  if (root.days === -1) {
    openssl(old, ..."req -new -key root-key.pem -config x.conf -out x.csr".split(" "));
    writeFileSync(join(old, "index.txt"), "");
    writeFileSync(
      join(old, "ca.conf"),
      "[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=.\ndatabase=index.txt\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\norganizationName=supplied\ncommonName=supplied\n",
    );
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"];
    openssl(
      old,
      ..."ca -batch -selfsign -keyfile root-key.pem -config ca.conf -in x.csr -notext -extfile x.conf -extensions e -out root-cert.pem".split(
        " ",
      ),
      ...dates,
    );
  }
  change?.(old);
  const ran = await run(cwd, under());
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).not.toContain("PRIVATE KEY");
  expect([...filesBelow(cwd).keys()].filter((path) => path.startsWith("out"))).toEqual([]);
});

test("an intermediate is no root, and a folder without one is said to have none", async () => {
  const cwd = rootBy();
  await run(cwd, under());
  for (const [from, to] of [
    ["ca-cert.pem", "root-cert.pem"],
    ["ca-key.pem", "root-key.pem"],
  ] as const)
    cpSync(join(cwd, "out/east", from), join(cwd, "out", to));
  const create = "certs create --mesh a --key ec --out new --root".split(" ");
  expect((await run(cwd, [...create, "out"])).stderr).toContain(
    "where: out/root-cert.pem\n  why:   It is not self-signed",
  );
  expect((await run(cwd, [...create, "nowhere"])).stderr).toContain(
    "where: nowhere/root-cert.pem\n  why:   It is not there.",
  );
});

test.each([
  [["--shared-root"], /--shared-root means nothing with --root/u],
  [["--root-cn", "x"], /--root-cn means nothing with --root/u],
  [["--days-root", "9"], /--days-root means nothing with --root/u],
  [["--intermediate-cn", "Old Root"], /the root's own name/u],
])("%j is refused", async (more, says) => {
  const ran = await run(rootBy(), under(...more));
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toMatch(says);
});

test("the key of another root stays alone: nothing is put beside it, with --force too", async () => {
  const cwd = rootBy();
  await run(cwd, "certs create --mesh west --out out --key ec".split(" "));
  const before = filesBelow(join(cwd, "out"));
  const ran = await run(cwd, under("--force"));
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("the key of another root is there\n  where: out/west/root-key.pem\n");
  expect(filesBelow(join(cwd, "out"))).toEqual(before);
});

test("-o json: what was made and where keys lie, without any of them", async () => {
  const cwd = rootBy();
  const ran = await run(cwd, under("-o", "json", "--manifests"));
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const view = JSON.parse(ran.stdout) as { certificates: { mesh: string; role: string; facts: object }[] };
  const fingerprint = openssl(cwd, ..."x509 -in out/east/ca-cert.pem -noout -fingerprint -sha256".split(" "));
  expect(view.certificates.map(({ mesh, role }) => [mesh, role])).toEqual([
    [null, "given root"],
    ["east", "intermediate"],
    ["west", "intermediate"],
  ]);
  expect(view.certificates[1]?.facts).toMatchObject({
    subject: "O=Istio, CN=East Intermediate CA, L=east",
    issuer: "O=Old, CN=Old Root",
    fingerprint: fingerprint.trim().replace(/^.*=/u, ""),
  });
  const { certificates: _, ...rest } = view;
  const manifests = (other: string) => ["cacerts.yaml", `${other}-ca-root-cert.yaml`, "combined-root.pem"];
  const files = (mesh: string, other: string) =>
    ["root-cert.pem", "ca-cert.pem", "ca-key.pem", "cert-chain.pem", ...manifests(other)].map(
      (name) => `${mesh}/${name}`,
    );
  expect(rest).toEqual({
    folder: "out",
    meshes: ["east", "west"],
    files: [...files("east", "west"), ...files("west", "east")],
    withKeys: ["east/ca-key.pem", "east/cacerts.yaml", "west/ca-key.pem", "west/cacerts.yaml"],
    manifests: true,
    namespace: "istio-system",
  });
  expect(ran.stdout).not.toMatch(/PRIVATE KEY|BEGIN/u);
});
