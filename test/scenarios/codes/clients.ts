// Scenarios of the codes MF440 to MF479: the clients' side.
import { added, kubeObject, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const sidecar = (...hosts: string[]) =>
  kubeObject("east", "networking.istio.io/v1beta1", "Sidecar", "shop", "default", { spec: { egress: [{ hosts }] } });

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF440",
    base,
    found: added(base, sidecar("./*", "istio-system/*")),
    mended: added(base, sidecar("./*", "istio-system/*", "meshferry-imports/*")),
  },
];
