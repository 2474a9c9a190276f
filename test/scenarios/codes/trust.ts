// Scenarios of the codes MF340 to MF359: trust between the meshes.
import { defaultConfig } from "../../../src/config/config.ts";
import { hashOf } from "../../../src/core/hash.ts";
import { withReadings } from "../../support/certificates.ts";
import { guideConfig } from "../../support/guide-config.ts";
import { added, changed, kubeObject, makeWorld, type MeshOf, pem, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const secret = "east Secret istio-system/cacerts";
const noted = changed(base, secret, {
  "/metadata/annotations": { "meshferry.dev/trusted-roots": hashOf(pem("east") + pem("west")) },
});

const roots = {
  east: {},
  west: {},
  ended: { validTo: "2026-12-31T00:00:00.000Z", subject: "O=corp, CN=Old CA" },
  ending: { validTo: "2027-03-31T00:00:00.000Z" },
  weak: { key: { type: "RSA", bits: 1024, curve: null } },
};
const read = withReadings(base, roots);
const published = "west ConfigMap istio-system/istio-ca-root-cert";
/** The mesh's bundle with a second certificate: what its peer names is in it all the same. */
const only = (...names: readonly string[]) => withReadings(twoMeshes({ west: { root: names[0] ?? "" } }), roots);
const renewed = (inputs: ReturnType<typeof only>, ...names: readonly string[]) =>
  changed(inputs, published, { "/data/root-cert.pem": names.map(pem).join("") });

const copy = (text: string) =>
  kubeObject("west", "v1", "ConfigMap", "sales", "istio-ca-root-cert", { data: { "root-cert.pem": text } });
const copied = added(base, copy(pem("west")));

const control = (cluster: string) => `${cluster} ServiceMeshControlPlane istio-system/basic`;
const aliases = { "/spec/techPreview": { meshConfig: { trustDomainAliases: ["old.example"] } } };
const sharedRoot = twoMeshes({ east: { root: "both" }, west: { root: "both" } });

const third = (root: string): ReturnType<typeof twoMeshes> => [
  ...base,
  ...makeWorld({ meshes: [{ key: "third", root } satisfies MeshOf], links: [] }),
];
const apart = third("third");
const bothDomains = (domain: string) => twoMeshes({ east: { trustDomain: domain }, west: { trustDomain: domain } });

export const scenarios: readonly CodeScenario[] = [
  { code: "MF340", base, found: base, mended: base, config: { trust: defaultConfig.trust }, mendedConfig: guideConfig },
  { code: "MF341", base, found: noted, mended: base, config: guideConfig },
  { code: "MF342", base: read, found: only("ended"), mended: renewed(only("ended"), "ended", "west") },
  { code: "MF343", base: read, found: only("ending"), mended: renewed(only("ending"), "ending", "west") },
  { code: "MF344", base: read, found: only("weak"), mended: renewed(only("weak"), "west") },
  { code: "MF345", base, found: added(base, copy(pem("other"))), mended: copied },
  {
    code: "MF346",
    base,
    found: bothDomains("one.example"),
    mended: changed(bothDomains("one.example"), control("east"), { "/spec/security/trust/domain": "two.example" }),
  },
  {
    code: "MF347",
    base,
    found: bothDomains("cluster.local"),
    mended: changed(bothDomains("cluster.local"), control("east"), { "/spec/security/trust/domain": "two.example" }),
  },
  {
    code: "MF348",
    base,
    found: sharedRoot,
    mended: changed(sharedRoot, published, { "/data/root-cert.pem": pem("own") }),
  },
  {
    code: "MF349",
    base: apart,
    found: changed(apart, control("east"), {
      "/spec/techPreview": { meshConfig: { trustDomainAliases: ["third.example"] } },
    }),
    mended: apart,
  },
  { code: "MF350", base, found: changed(base, control("east"), aliases), mended: base },
  {
    code: "MF351",
    base: apart,
    with: ["MF315"],
    found: changed(apart, "third ConfigMap istio-system/istio-ca-root-cert", { "/data/root-cert.pem": pem("west") }),
    mended: apart,
  },
];
