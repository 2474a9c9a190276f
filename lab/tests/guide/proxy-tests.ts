// What running proxies hide: old endpoints, pooled connections, requests under way.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { IstioVersion } from "../../build/go-parts.ts";
import { hasCondition, waitFor } from "../../api/wait-for.ts";
import { until } from "../../machine/until.ts";
import { appImage } from "../../build/images.ts";
import { settlesAt, shiftedHttpA } from "./entry-tests.ts";
import { egressName, egressObjects } from "./federation-objects.ts";
import { exposure, remoteGateway } from "./guide-objects.ts";
import { controlPlane, httpA, identity } from "./hosts.ts";
import { applyAll, removeAll, removeWhole, rolledOut } from "./objects.ts";
import { ask, askFrom, backToBefore, client, type TwoMeshes } from "./two-meshes.ts";

const fresh = "fresh";

export function proxyTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const shifted = async () => shiftedHttpA(meshes());

  describe("a running proxy hides", () => {
    const running = version === "1.20.2" ? "503" : "200";
    test(`that the remote gateway was deleted, on Istio 1.28: on ${version} a running one gets ${running}, a fresh one 503`, async () => {
      const address = await shifted();
      const { east } = meshes();
      expect((await askFresh(meshes())).status).toBe("200");
      await removeAll(east, [remoteGateway(address)]);
      await pause(2000);
      const statuses = { running: (await ask(meshes(), httpA)).status, fresh: (await askFresh(meshes())).status };
      await applyAll(east, [remoteGateway(address)]);
      expect(statuses).toEqual({ running, fresh: "503" });
      await until(
        "a fresh proxy gets through again",
        async () => ((await askFresh(meshes())).status === "200" ? true : null),
        {
          timeoutMs: 30_000,
        },
      );
    });

    test("that its host is not exposed any more, as long as its connections are kept", async () => {
      await shifted();
      const { east, west } = meshes();
      const once = oneRequestEach();
      await removeAll(west, [exposure()]);
      await pause(2000);
      const kept = (await ask(meshes(), httpA)).status;
      await applyAll(east, [once]);
      try {
        await settlesAt(meshes(), { status: "503" });
        await applyAll(west, [exposure()]);
        await settlesAt(meshes(), { status: "200", caller: identity.client });
      } finally {
        await removeAll(east, [once]);
        await applyAll(west, [exposure()]);
      }
      expect(kept).toBe("200");
    });
  });

  test("requests under way when the egress gateway goes: 4 s survive the drain, 20 s do not", async () => {
    await backToBefore(meshes());
    const { east } = meshes();
    const under = [4, 20].map(async (seconds) => ask(meshes(), httpA, `/delay/${seconds}`, 40));
    await pause(1500);
    await shifted();
    const control = ask(meshes(), httpA, "/delay/20", 40);
    // The Service and the gateway's other objects play no part.
    await removeAll(
      east,
      egressObjects("192.0.2.1").filter(({ kind }) => kind === "Deployment"),
    );
    const statuses = (await Promise.all([...under, control])).map(({ status }) => status);
    await applyAll(
      east,
      egressObjects("192.0.2.1").filter(({ kind }) => kind === "Deployment"),
    );
    await rolledOut(east, controlPlane, egressName);
    expect({ "4 s": statuses[0], "20 s": statuses[1], "20 s by the new path": statuses[2] }).toEqual({
      "4 s": "200",
      "20 s": "503",
      "20 s by the new path": "200",
    });
  });
}

/** A handshake for each request. */
function oneRequestEach() {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "DestinationRule",
    metadata: { name: "one-request-each", namespace: client.namespace },
    spec: { host: httpA.importedHost, trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } } },
  };
}

/** From a pod that is started for it, whose proxy has never had another configuration. */
async function askFresh({ east }: TwoMeshes) {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: fresh, namespace: client.namespace, labels: { app: fresh, "sidecar.istio.io/inject": "true" } },
    spec: {
      serviceAccountName: "curl",
      terminationGracePeriodSeconds: 0,
      containers: [{ name: fresh, image: appImage, imagePullPolicy: "IfNotPresent", command: ["sleep", "infinity"] }],
    },
  };
  await removeWhole(east, [pod]);
  await applyAll(east, [pod]);
  const ready = { apiVersion: "v1", kind: "Pod", namespace: client.namespace, name: fresh };
  await waitFor(east.api, ready, "ready", hasCondition("Ready"), 60_000);
  const asked = await askFrom(east, { pod: fresh, container: fresh }, httpA);
  await removeAll(east, [pod]);
  return asked;
}
