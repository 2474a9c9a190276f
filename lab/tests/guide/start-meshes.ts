// Two meshes with roots of their own that trust each other, of one version of Istio: what the guide's example stands on.
import type { JsonObject } from "../../../src/core/json.ts";
import { defaultPlan } from "../../../src/certs/certificate-plan.ts";
import { makeMeshFiles } from "../../../src/certs/make-mesh-files.ts";
import { cacertsSecret } from "../../../src/certs/mesh-manifests.ts";
import { KubeApi } from "../../api/kube-api.ts";
import type { IstioVersion } from "../../build/go-parts.ts";
import type { Built } from "../../build/run-build.ts";
import { clusterNamed, type Lab } from "../../cluster/lab-cluster.ts";
import { installMesh } from "../../mesh/install-mesh.ts";
import { controlPlane, network, trustDomain } from "./hosts.ts";
import type { TwoMeshes } from "./two-meshes.ts";

const names = ["east", "west"] as const;

export async function startMeshes(built: Built, lab: Lab, version: IstioVersion): Promise<TwoMeshes> {
  const made = await makeMeshFiles({ ...defaultPlan, key: { type: "rsa", bits: 2048 }, meshes: names }, new Date());
  const rootOf = (name: string) => made.meshes.find(({ mesh }) => mesh === name)?.files.get("root-cert.pem") ?? "";
  const [east, west] = await Promise.all(
    names.map(async (name) => {
      const { kubeconfig } = clusterNamed(lab, name);
      const api = await KubeApi.open(kubeconfig);
      const other = name === "east" ? "west" : "east";
      const files = made.meshes.find(({ mesh }) => mesh === name)?.files ?? new Map<string, string>();
      await installMesh(api, built, {
        version,
        meshId: `${name}-mesh`,
        clusterName: `${name}-mesh`,
        trustDomain: trustDomain[name],
        network: network[name],
        dnsCapture: true,
        ca: { ...cacertsSecret(files, controlPlane) },
        pilotEnv: { ISTIO_MULTIROOT_MESH: "true", PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "true" },
        // Without it requests end in 503 (docs/facts.md, trust.multiroot-needs-agent).
        proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" },
        meshConfig: meshConfigOf(trustDomain[other], rootOf(other)),
      });
      return { api, kubeconfig, kubectl: built.binaries["kubectl"] ?? "" };
    }),
  );
  if (east === undefined || west === undefined) throw new Error("two meshes were started");
  return { east, west };
}

function meshConfigOf(otherDomain: string, otherRoot: string): JsonObject {
  return { trustDomainAliases: [otherDomain], caCertificates: [{ pem: otherRoot }] };
}
