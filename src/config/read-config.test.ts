import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { configJsonSchema } from "./config-json-schema.ts";
import { defaultConfig } from "./config.ts";
import { nearMiss } from "./near-miss.ts";
import { readConfig } from "./read-config.ts";

const head = "apiVersion: meshferry/config.v1\n";
const minimal = `${head}meshes:\n- name: east\n  path: east\n`;

function fileWith(text: string | Uint8Array): string {
  const folder = mkdtempSync(path.join(tmpdir(), "meshferry-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "meshferry.yaml"), text);
  return path.join(folder, "meshferry.yaml");
}

/** "CODE line text" of each finding. */
async function troubles(text: string): Promise<string[]> {
  const { value, findings } = await readConfig(fileWith(text));
  expect(value === null).toBe(findings.length > 0);
  return findings.map(({ code, subjects, params }) => {
    const [place] = subjects;
    const line = place !== undefined && "line" in place ? place.line : "?";
    return `${code} ${line} ${Object.values(params).map(String).join(" | ")}`;
  });
}

describe("readConfig", () => {
  it("applies the defaults, and joins paths to the file's folder", async () => {
    const file = fileWith(minimal);
    const east = {
      name: "east",
      source: { from: "files", paths: [path.join(path.dirname(file), "east")] },
    };
    expect(await readConfig(file)).toEqual({ value: { ...defaultConfig, meshes: [east] }, findings: [] });
    expect(defaultConfig).toEqual({
      meshes: [],
      pairs: [],
      trust: { order: "peers", restartProxies: false },
      strategy: "shift",
      eastWest: { namespace: "istio-ingress", per: "mesh", service: [], addresses: [] },
      entries: { namespace: "meshferry-imports" },
      waves: { canary: null, order: [], atMost: 4 },
      exportTo: "all",
      drainTimeoutSeconds: 300,
      runners: [],
    });
  });

  it("reads every field", async () => {
    const text = `${head}meshes:
- {name: east, paths: [a, /b]}
- {name: west, context: w, kubeconfig: k, controlPlane: istio-system/w}
pairs: [{peers: [east/ns/a, west/ns/b]}]
trust: {restartProxies: true}
eastWest:
  namespace: ew
  per: peer
  service: [{mesh: west/ns/m, importer: east/ns/m, type: NodePort, annotations: {a: b}, loadBalancerSourceRanges: []}]
  addresses: [{mesh: west/ns/m, addresses: [gw.example], port: 443}]
entries: {namespace: x}
waves: {canary: c, order: [d, e], atMost: 2}
exportTo: keep
drainTimeoutSeconds: 5
runners: [{service: east/ns/s, serviceAccounts: [sa], sidecar: false, targetPorts: {http: 8080}}]
`;
    const file = fileWith(text);
    const folder = path.dirname(file);
    expect((await readConfig(file)).value).toEqual({
      meshes: [
        {
          name: "east",
          source: { from: "files", paths: [path.join(folder, "a"), "/b"] },
        },
        {
          name: "west",
          source: { from: "context", context: "w", kubeconfig: path.join(folder, "k"), controlPlane: "istio-system/w" },
        },
      ],
      pairs: [{ peers: ["east/ns/a", "west/ns/b"] }],
      trust: { order: "peers", restartProxies: true },
      strategy: "shift",
      eastWest: {
        namespace: "ew",
        per: "peer",
        service: [
          {
            mesh: "west/ns/m",
            importer: "east/ns/m",
            type: "NodePort",
            annotations: { a: "b" },
            loadBalancerIP: null,
            loadBalancerClass: null,
            loadBalancerSourceRanges: [],
            externalTrafficPolicy: null,
            externalIPs: null,
          },
        ],
        addresses: [{ mesh: "west/ns/m", importer: null, addresses: ["gw.example"], port: 443 }],
      },
      entries: { namespace: "x" },
      waves: { canary: "c", order: ["d", "e"], atMost: 2 },
      exportTo: "keep",
      drainTimeoutSeconds: 5,
      runners: [{ service: "east/ns/s", serviceAccounts: ["sa"], sidecar: false, targetPorts: { http: 8080 } }],
    });
  });

  it("refuses settings of the gateways that contradict each other or name unknown clusters", async () => {
    const two = "{mesh: east/a/b, addresses: [a]}, {mesh: east/a/b, addresses: [b]}, {mesh: nope/a/b, addresses: [c]}";
    expect(await troubles(`${minimal}eastWest: {addresses: [${two}]}\n`)).toEqual([
      "MF033 5 eastWest.addresses[1] | is for the same gateway as eastWest.addresses[0]",
      "MF033 5 eastWest.addresses[2].mesh | begins with a cluster that neither the file nor --mesh names",
    ]);
  });

  it("refuses one namespace for gateways and entries", async () => {
    expect(await troubles(`${minimal}entries: {namespace: istio-ingress}\n`)).toEqual([
      expect.stringContaining("MF033"),
    ]);
  });

  it("refuses unknown keys with what may be meant", async () => {
    expect(await troubles(`${minimal}trsut: {}\ntrust:\n  restartProxys: true\n`)).toEqual([
      'MF032 5 "trsut" | the configuration |  Is "trust" meant?',
      'MF032 7 "restartProxys" | trust |  Is "restartProxies" meant?',
    ]);
    expect(await troubles(`${minimal}  contxet: x\n  zzz: 1\n`)).toEqual([
      'MF032 5 "contxet" | meshes[0] |  Is "context" meant?',
      'MF032 6 "zzz" | meshes[0] | ',
    ]);
  });

  it("names field and line of wrong values", async () => {
    const text = `${head}meshes:\n- name: East\nwaves:\n  atMost: 5\nexportTo: some\n`;
    expect(await troubles(text)).toEqual([
      "MF033 3 meshes[0].name | is not 1 to 32 lower-case letters, digits and inner dashes",
      "MF033 5 waves.atMost | Too big: expected number to be <=4",
      'MF033 6 exportTo | Invalid option: expected one of "all"|"keep"',
    ]);
    expect((await troubles("")).length).toBe(1);
  });

  it("knows what fields mean together", async () => {
    const text = `${head}meshes:\n- {name: a, path: x, context: y}\n- {name: b}\n- {name: a, path: z, kubeconfig: k}\npairs:\n- peers: [a/n/p, c/n/p]\n- peers: [a/n/p, a/n/p]\nrunners:\n- {service: d/n/s, serviceAccounts: [x]}\nwaves: {order: [m, m]}\n`;
    expect(await troubles(text)).toEqual([
      "MF033 3 meshes[0] | has path and context, of which only one can be meant",
      "MF033 4 meshes[1] | needs one of path, paths and context",
      "MF033 5 meshes[2].kubeconfig | means nothing without context",
      "MF033 5 meshes[2].name | is also the name of meshes[0]",
      "MF033 7 pairs[0].peers[1] | begins with a cluster that neither the file nor --mesh names",
      "MF033 8 pairs[1].peers | names one peer twice",
      "MF033 10 runners[0].service | begins with a cluster that neither the file nor --mesh names",
      "MF033 11 waves.order[1] | is in the list twice",
    ]);
  });

  it("takes the meshes from elsewhere, and lets other fields speak of them", async () => {
    const text = `${head}pairs:\n- peers: [a/n/p, b/n/p]\n`;
    expect((await readConfig(fileWith(text), ["a", "b"])).value).toMatchObject({
      meshes: [],
      pairs: [{ peers: ["a/n/p", "b/n/p"] }],
    });
    expect((await readConfig(fileWith(text), ["a"])).findings.map(({ params }) => params["field"])).toEqual([
      "pairs[0].peers[1]",
    ]);
  });

  it("refuses waves that leave none for the clients, or none for the canary alone", async () => {
    const waves = (text: string) => troubles(`${minimal}waves: ${text}\n`);
    expect(await waves("{atMost: 1}")).toEqual([
      "MF033 5 waves.atMost | leaves no wave to move the clients: the last one shows entries to every namespace; give 2 or more, or exportTo: keep",
    ]);
    expect(await waves("{atMost: 1}\nexportTo: keep")).toEqual([]);
    expect(await waves("{atMost: 2}")).toEqual([]);
    expect(await waves("{atMost: 2, canary: c}")).toEqual([
      "MF033 5 waves.canary | cannot move alone: with waves.atMost 2 all client namespaces move at once; give 3 or more",
    ]);
    expect(await waves("{atMost: 1, canary: c}\nexportTo: keep")).toEqual([
      "MF033 5 waves.canary | cannot move alone: with waves.atMost 1 all client namespaces move at once; give 2 or more",
    ]);
    expect(await waves("{atMost: 2, canary: c}\nexportTo: keep")).toEqual([]);
    expect(await waves("{atMost: 3, canary: c}")).toEqual([]);
  });

  it("says which orders of trust there are, and which version it reads", async () => {
    expect(await troubles(`${minimal}trust:\n  order: none\n`)).toEqual(['MF035 6 "none"']);
    expect(await troubles(minimal.replace("v1", "v2"))).toEqual(["MF034 1 meshferry/config.v2 | meshferry/config.v1"]);
  });

  it("reports what cannot be read at all", async () => {
    expect(await troubles(`${minimal}a: [\n`)).toHaveLength(1);
    expect(await troubles(`${minimal}exportTo: all\nexportTo: all\n`)).toEqual(["MF031 6 duplicate key"]);
    const missing = await readConfig("nowhere/meshferry.yaml");
    expect(missing.findings.map((each) => [each.code, each.params["reason"]])).toEqual([
      ["MF030", "it does not exist"],
    ]);
    const binary = await readConfig(fileWith(Buffer.from([0xff, 0xc0])));
    expect(binary.findings.map((each) => each.params["reason"])).toEqual(["it is not UTF-8"]);
  });
});

describe("configJsonSchema", () => {
  it("is what docs/meshferry.schema.json says", () => {
    const committed = readFileSync(new URL("../../docs/meshferry.schema.json", import.meta.url), "utf8");
    expect(committed).toBe(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  });
});

describe("nearMiss", () => {
  it("finds misspellings, not strangers", () => {
    expect(nearMiss("exportto", ["exportTo", "pairs"])).toBe("exportTo");
    expect(nearMiss("colour", ["exportTo", "pairs"])).toBeNull();
  });
});
