// Which clients see an importer's entry: a Sidecar goes by the namespace that a service lives in.
import { describe, expect, test } from "vitest";
import { settlesAt } from "./entry-tests.ts";
import { importerEntry, importerWorkload, remoteGateway } from "./guide-objects.ts";
import { controlPlane, httpA, identity } from "./hosts.ts";
import { applyAll, removeAll, removeWhole } from "./objects.ts";
import { client, startExport, type TwoMeshes } from "./two-meshes.ts";

/** Where the product puts entries: neither the client's namespace nor the control plane's. */
const elsewhere = "imports";

export function visibilityTests(meshes: () => TwoMeshes): void {
  const gets = async (caller: string) => settlesAt(meshes(), { status: "200", caller });

  describe("a client's Sidecar", () => {
    test("that names its own and the control plane's namespace shows federation's hosts, and hides entries that live elsewhere", async () => {
      const { east } = meshes();
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: elsewhere } };
      const moved = [importerWorkload(httpA), importerEntry(httpA)].map((each) => ({
        ...each,
        metadata: { ...each.metadata, namespace: elsewhere },
      }));
      try {
        const address = await startExport(meshes());
        await gets(identity.ingress);
        await applyAll(east, [namespace, remoteGateway(address), ...moved]);
        // The control: in any namespace the entry wins for the client that it names.
        await gets(identity.client);
        await applyAll(east, [sidecar(["./*", `${controlPlane}/*`])]);
        await gets(identity.ingress);
        await applyAll(east, [sidecar(["./*", `${controlPlane}/*`, `${elsewhere}/*`])]);
        await gets(identity.client);
        await removeAll(east, [...moved].reverse());
        await gets(identity.ingress);
      } finally {
        await removeAll(east, [sidecar([]), ...[...moved].reverse()]);
        await removeWhole(east, [namespace]);
      }
      expect((await gets(identity.ingress)).status).toBe("200");
    });
  });
}

function sidecar(hosts: readonly string[]) {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "Sidecar",
    metadata: { name: "own", namespace: client.namespace },
    spec: { egress: [{ hosts: [...hosts] }] },
  };
}
