// examples/east-west as its scaffold.yaml describes it, with what controllers add: every file's text.
import { fileURLToPath } from "node:url";
import { readScaffold } from "../src/config/read-scaffold.ts";
import type { JsonObject } from "../src/core/json.ts";
import { yamlText } from "../src/present/yaml-text.ts";
import { type LiveCluster, type LiveFacts, liveClusters } from "./live/live-clusters.ts";

/** Addresses of the documentation ranges (RFC 5737) for what others reach, private ones for the rest. */
const facts: readonly LiveFacts[] = [
  {
    cluster: "east",
    region: "us-east-1",
    zone: "us-east-1a",
    nodeAddress: "10.0.16.31",
    podNetwork: "10.128.2.",
    serviceNetwork: "172.30.44.",
    addresses: { east: "192.0.2.10" },
  },
  {
    cluster: "west",
    region: "us-west-2",
    zone: "us-west-2a",
    nodeAddress: "10.64.16.31",
    podNetwork: "10.131.0.",
    serviceNetwork: "172.30.91.",
    addresses: { west: "198.51.100.10" },
  },
];

const notes = {
  namespaces: "namespaces and the worker node.",
  mesh: "the control plane (as the guide sets it up), its member roll, root certificates, mesh configuration and istiod.\n# Secrets carry metadata and type only; appliedSpec, appliedValues, probes, most volumes and downward-API variables are left out.",
  gateways: "what the operator made of additionalIngress and additionalEgress.",
  federation: "the peer, the other side's root certificate, and what is exported or imported.",
  apps: "the sample apps, injected. The older ReplicaSets are from before the pod templates were annotated.",
} as const satisfies Readonly<Record<keyof LiveCluster, string>>;

const order: readonly (keyof LiveCluster)[] = ["namespaces", "mesh", "gateways", "federation", "apps"];

/** By path below examples/east-west. */
export async function exampleTexts(): Promise<ReadonlyMap<string, string>> {
  const file = fileURLToPath(new URL("../examples/east-west/scaffold.yaml", import.meta.url));
  const { value, findings } = await readScaffold(file);
  if (value === null)
    throw new Error(`examples/east-west/scaffold.yaml: ${findings.map(({ code }) => code).join(", ")}`);
  const texts = new Map<string, string>();
  for (const [cluster, live] of liveClusters(value.scaffold, value.roots, facts)) {
    const name = cluster.slice(0, 1).toUpperCase() + cluster.slice(1);
    for (const part of order)
      texts.set(`${cluster}/${part}.yaml`, `# ${name}: ${notes[part]}\n${textOf(part, live[part])}`);
  }
  return texts;
}

/** One file is a List, as `oc get -o yaml` prints several objects. */
function textOf(part: keyof LiveCluster, objects: readonly JsonObject[]): string {
  if (part !== "apps") return objects.map((body) => yamlText(body, { manifest: true })).join("---\n");
  return yamlText(
    { apiVersion: "v1", kind: "List", items: objects, metadata: { resourceVersion: "" } },
    { manifest: true },
  );
}
