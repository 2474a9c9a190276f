// What is wrong in a scaffold's configuration is said with code, file and line; each code from MF036 to MF047 is here.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readScaffold } from "../../src/config/read-scaffold.ts";
import { makeScaffoldPlan } from "../../src/scaffold/make-scaffold-plan.ts";
import { scaffoldJsonSchema } from "../../src/scaffold/config-json-schema.ts";
import { findingViews } from "../../src/present/model/finding-view.ts";
import { eastWest } from "../support/example.ts";

const head = "apiVersion: meshferry/scaffold.v1\ncerts: certs\n";
const root = readFileSync(join(eastWest, "east-root-cert.pem"), "utf8");

/** A folder with the configuration and with roots for meshes a to d. */
function fileWith(text: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-scaffold-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const all = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`certs/${name}/root-cert.pem`, root]));
  for (const [path, body] of Object.entries({ ...all, ...files, "scaffold.yaml": text })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), body);
  }
  return join(folder, "scaffold.yaml");
}

/** "CODE line message" of each finding. */
async function troubles(text: string, files?: Readonly<Record<string, string>>): Promise<string[]> {
  const { value, findings } = await readScaffold(fileWith(head + text, files));
  expect(value === null).toBe(findings.length > 0);
  return findings.flatMap((finding) => {
    const [place] = finding.subjects;
    const line = place !== undefined && "line" in place ? place.line : "?";
    return findingViews([finding]).map(({ code, message }) => `${code} ${line} ${message}`);
  });
}

const two = "meshes:\n- name: a\n- name: b\n";

describe("a scaffold's configuration", () => {
  test("that is right has no finding", async () => {
    expect(await troubles(two)).toEqual([]);
  });

  test("MF036, MF037: keys and values, with what may be meant", async () => {
    const text = `meshes:\n- name: a\n  trustDomian: x\n- name: B\n  ingress: { typ: NodePort }\n  mode: Wide\nlnks: all\n`;
    expect(await troubles(text)).toEqual([
      'MF036 5 "trustDomian" is not a key of meshes[0]. Is "trustDomain" meant?',
      "MF037 6 meshes[1].name: is not 1 to 32 lower-case letters, digits and inner dashes.",
      'MF036 7 "typ" is not a key of meshes[1].ingress. Is "type" meant?',
      'MF037 8 meshes[1].mode: Invalid option: expected one of "ClusterWide"|"MultiTenant".',
      'MF036 9 "lnks" is not a key of the configuration. Is "links" meant?',
    ]);
    expect(await troubles("links: all\n")).toEqual(["MF037 1 meshes: is missing."]);
  });

  test("of a rule that may be a text or an object, the form that was begun counts", async () => {
    const rules = "exports:\n- from: a\n  services:\n  - nothing\n  - { servce: a/b }\n  - 7\n";
    expect(await troubles(two + rules)).toEqual([
      "MF037 9 exports[0].services[0]: is not NAMESPACE/NAME (* for any).",
      'MF036 10 "servce" is not a key of exports[0].services[1]. Is "service" meant?',
      "MF037 11 exports[0].services[2]: is none of the forms that it may have.",
    ]);
  });

  test("MF037: what fields mean together", async () => {
    const text = `meshes:
- { name: a, ingress: { name: x }, egress: { name: x } }
- name: b
  apps: [{ client: n, http: m }, { http: n, serviceAccounts: [s, s] }]
links: [[a, a], [a, b], [b, a]]
exports: [{ from: a, to: b, services: [{ service: n/s, labels: { x: y } }] }]
imports:
- { into: b, from: a, services: [], domainSuffix: svc.cluster.local, locality: { region: r, subzone: s } }
- { into: b, from: a, services: [] }
`;
    expect(await troubles(text)).toEqual([
      "MF037 4 meshes[0].ingress: has the egress gateway's name.",
      "MF037 6 meshes[1].apps[0]: is not exactly one of client, http and tcp.",
      "MF037 6 meshes[1].apps[1].serviceAccounts: has one twice.",
      "MF037 7 links[0]: links a mesh with itself.",
      "MF037 7 links[2]: is in the list twice.",
      "MF037 8 exports[0].services[0]: needs either service, or labels or expressions.",
      "MF037 10 imports[0].locality.subzone: needs a zone.",
      "MF037 10 imports[0].domainSuffix: is the cluster's own; use local: true.",
      "MF037 11 imports[1]: has the meshes of imports[0]; write its services there.",
    ]);
  });

  test("MF038: a mesh that is not there", async () => {
    const text = `meshes: [{ name: paris }, { name: lyon }]\nlinks: [[paris, lion]]\nexports: [{ from: rome, services: [] }]\n`;
    expect(await troubles(text)).toEqual([
      "MF038 4 links[0][1]: there is no mesh lion here. Is lyon meant?",
      "MF038 5 exports[0].from: there is no mesh rome here.",
    ]);
  });

  test("MF039: names that two have", async () => {
    const text = `meshes:
- { name: a, network: n, apps: [{ http: x }, { tcp: x/httpbin }, { client: istio-system }] }
- { name: b, trustDomain: a.local, network: n, peer: a-mesh, cluster: a, mode: MultiTenant }
- { name: a, cluster: d, trustDomain: d, network: d, peer: d }
defaults: { mode: MultiTenant }
`;
    expect(await troubles(text)).toEqual([
      "MF039 4 meshes[0].apps[1]: app x/httpbin is also that of apps[0].",
      "MF039 4 meshes[0].apps[2]: namespace istio-system is also that of meshes[1], its control plane's.",
      "MF039 5 meshes[1].trustDomain: trust domain a.local is also that of meshes[0].",
      "MF039 5 meshes[1].network: network n is also that of meshes[0].",
      "MF039 5 meshes[1].peer: peer a-mesh is also that of meshes[0].",
      "MF039 5 meshes[1].namespace: control plane namespace a/istio-system is also that of meshes[0].",
      "MF039 6 meshes[2].name: mesh a is also that of meshes[0].",
    ]);
  });

  test("MF040: peer names that istiod refuses", async () => {
    const long = "a-mesh-with-quite-a-long-name-th";
    const text = `meshes:\n- { name: a, peer: a.b }\n- name: ${long}\n- { name: c, peer: ${"c".repeat(34)} }\nlinks: []\n`;
    expect(await troubles(text)).toEqual([
      "MF040 4 meshes[0].peer: the peer name a.b has a dot; istiod accepts no such ServiceMeshPeer.",
      `MF040 5 meshes[1].name: the peer name ${long}-mesh is longer than 34 characters; istiod accepts no such ServiceMeshPeer.`,
    ]);
  });

  test("MF041: meshes without a link", async () => {
    const text = `meshes: [{ name: a }, { name: b }, { name: c }]
links: [[a, b]]
exports: [{ from: a, to: [b, c], services: ["*/*"] }]
imports: [{ into: c, from: b, services: [] }]
`;
    expect(await troubles(text)).toEqual([
      "MF041 5 exports[0].to: the meshes a and c are not linked.",
      "MF041 6 imports[0].from: the meshes c and b are not linked.",
    ]);
  });

  test("MF042: imports of what nobody exports, by the exported name", async () => {
    const text = `${two}exports: [{ from: a, services: [{ service: n/one, as: m/* }, { labels: { x: y }, namespace: k }] }]
imports:
- into: b
  from: a
  services: [n/one, m/one, m/other, k/any, "*/*"]
`;
    expect(await troubles(text)).toEqual([
      "MF042 10 imports[0].services[0]: n/one matches nothing that a exports to b.",
      "MF042 10 imports[0].services[2]: m/other matches nothing that a exports to b.",
    ]);
    const nothing = `${two}imports: [{ into: b, from: a, services: ["*/*"] }]\n`;
    expect(await troubles(nothing)).toEqual([
      "MF042 6 imports[0].services[0]: */* matches nothing that a exports to b.",
    ]);
  });

  test("MF043: local without a namespace", async () => {
    const text = `${two}exports: [{ from: a, services: ["*/*"] }]
imports:
- into: b
  from: a
  services: [{ service: n/x, local: true }, { service: n/y, as: "*/z", local: true }, { service: n/z, as: n/*, local: true }]
`;
    expect(await troubles(text)).toEqual([
      "MF043 10 imports[0].services[0]: local without a fixed namespace in as.",
      "MF043 10 imports[0].services[1]: local without a fixed namespace in as.",
    ]);
  });

  test("MF044: roots that are missing, no CAs, or more than certificates; a mesh alone needs none", async () => {
    const files = { "key.pem": `${root}-----BEGIN PRIVATE KEY-----\n`, "none.pem": "nothing\n" };
    const text = "meshes:\n- { name: a, root: key.pem }\n- { name: b, root: none.pem }\n- name: e\n";
    expect(await troubles(text, files)).toEqual([
      "MF044 4 The root certificate of mesh a cannot be used: key.pem holds a private key.",
      "MF044 5 The root certificate of mesh b cannot be used: none.pem holds no certificate.",
      "MF044 6 The root certificate of mesh e cannot be used: certs/e/root-cert.pem: it does not exist.",
    ]);
    expect(await troubles("meshes:\n- name: e\n")).toEqual([]);
  });

  test("MF045: an address that nobody reports", async () => {
    const ports = "nodePorts: { service: 30443, discovery: 30188 }";
    const text = `meshes:\n- { name: a, ingress: { type: NodePort, ${ports} } }\n- { name: b, ingress: { type: NodePort, addresses: [192.0.2.1] } }\n`;
    expect(await troubles(text)).toEqual([
      "MF045 4 meshes[0].ingress: an ingress of type NodePort needs its addresses stated.",
      "MF037 5 meshes[1].ingress: needs nodePorts, which the other meshes dial.",
    ]);
  });

  test("MF046: an export that no app serves is said, and is no obstacle", async () => {
    const text = `${head}meshes:\n- { name: a, apps: [{ http: n }] }\n- name: b\nexports: [{ from: a, services: [n/httpbin, n/own, "m/*"] }]\n`;
    const { value } = await readScaffold(fileWith(text));
    if (value === null) throw new Error("refused");
    expect(
      findingViews(makeScaffoldPlan(value.scaffold, value.roots).findings).map(({ code, message }) => [code, message]),
    ).toEqual([["MF046", "n/own is exported by a, but none of its apps is that."]]);
  });

  test("MF047: a ClusterWide mesh beside another", async () => {
    const text = `meshes:\n- { name: a, cluster: c }\n- { name: b, cluster: c, namespace: b-system, mode: MultiTenant }\n`;
    expect(await troubles(text)).toEqual([
      "MF047 4 meshes[0].cluster: cluster c holds several meshes, and a is ClusterWide.",
    ]);
  });
});

test("docs/scaffold.schema.json is the schema (npm run schema writes it)", () => {
  const committed = readFileSync(new URL("../../docs/scaffold.schema.json", import.meta.url), "utf8");
  expect(committed).toBe(`${JSON.stringify(scaffoldJsonSchema(), null, 2)}\n`);
});
