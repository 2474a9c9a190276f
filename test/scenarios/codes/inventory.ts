// Scenarios of the codes MF050 to MF099: what the meshes are.
import { added, changed, kubeObject, makeWorld, twoMeshes } from "../../support/world.ts";
import { guideConfig } from "../../support/guide-config.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const bare = kubeObject("north", "v1", "Namespace", null, "default");
const alone = [
  ...base,
  { id: bare.ref.cluster, objects: [bare], coverage: { Namespace: "listed" as const }, findings: [] },
];
const control = kubeObject("north", "maistra.io/v2", "ServiceMeshControlPlane", "istio-system", "basic", {
  spec: { version: "v2.6" },
});
const stray = kubeObject("east", "federation.maistra.io/v1", "ServiceMeshPeer", "shop", "lost", { spec: {} });
const second = makeWorld({
  meshes: [
    { key: "one", cluster: "east", namespace: "one-system", clients: ["shop"] },
    { key: "two", cluster: "east", namespace: "two-system", clients: ["till"] },
  ],
  links: [],
});

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF050",
    base,
    found: added(base, kubeObject("east", "v1", "Service", "shop", "broken", { spec: { ports: "many" } })),
    mended: added(base, kubeObject("east", "v1", "Service", "shop", "broken", { spec: { ports: [] } })),
  },
  { code: "MF051", base, found: alone, mended: added(alone, control) },
  { code: "MF052", base, found: added(base, stray), mended: base },
  {
    code: "MF053",
    base: second,
    found: changed(second, "east ServiceMeshMemberRoll two-system/default", { "/spec/members": ["shop", "till"] }),
    mended: second,
  },
  {
    code: "MF054",
    base,
    found: changed(base, "west ConfigMap istio-system/istio-ca-root-cert", undefined),
    mended: base,
    with: ["MF104"],
    config: guideConfig,
  },
];
