// What opens the east-west gateway, and what does not: observed from outside, by the certificate behind each name.
import { describe, expect, test } from "vitest";
import { isJsonObject } from "../../../src/core/json.ts";
import type { IstioVersion } from "../../build/go-parts.ts";
import { until } from "../../machine/until.ts";
import { behindGateway } from "./gateway-probe.ts";
import { eastWestGateway, eastWestName, exposure, guideSelector, ownLabel } from "./guide-objects.ts";
import { controlPlane, httpA, httpB, identity, type SharedService } from "./hosts.ts";
import { applyAll, named, removeAll } from "./objects.ts";
import { podOf, startExport, type TwoMeshes } from "./two-meshes.ts";

/** istiod has told the gateway long before. */
const patience = { timeoutMs: 20_000, everyMs: 200 } as const;

export function exposureTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const settles = async (address: string, shared: SharedService, wanted: (answer: string) => boolean) => {
    let last = "";
    return until(
      `${shared.importedHost} behind the gateway`,
      async () => {
        last = await behindGateway(address, shared);
        return wanted(last) ? last : null;
      },
      { ...patience, state: () => last },
    );
  };
  const opens = async (address: string) => settles(address, httpA, (answer) => answer === identity.server(httpA));
  const closes = async (address: string) => settles(address, httpA, (answer) => answer.startsWith("ECONN"));

  describe("the east-west gateway", () => {
    test("a label of our own in the Gateway's metadata reaches its pods, and a selector by it opens the port", async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      await opens(address);
      const { pod } = await podOf(west.api, controlPlane, eastWestName, "istio-proxy", "lab.meshferry.io/gateway");
      const labels = (await west.api.get({ apiVersion: "v1", kind: "Pod", namespace: controlPlane, name: pod }))
        ?.metadata.labels;
      expect(labels).toMatchObject(ownLabel);
    });

    test("each exposed name leads to its own workload; another name, or no ALPN, is reset", async () => {
      const address = await startExport(meshes());
      await opens(address);
      expect({
        a: await behindGateway(address, httpA),
        b: await behindGateway(address, httpB),
        unexposed: await behindGateway(address, { ...httpA, importedHost: "other.a.svc.west-mesh-imports.local" }),
        "without ALPN": await behindGateway(address, httpA, []),
      }).toEqual({
        a: identity.server(httpA),
        b: identity.server(httpB),
        unexposed: "ECONNRESET",
        "without ALPN": "ECONNRESET",
      });
    });

    test(`the guide's selector istio.io/gateway-name opens ${version === "1.20.2" ? "the port" : "no port"} on Istio ${version}`, async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      await opens(address);
      await removeAll(west, [exposure()]);
      await closes(address);
      await applyAll(west, [exposure(guideSelector)]);
      if (version === "1.20.2") await opens(address);
      else await staysClosed(address);
      await removeAll(west, [exposure(guideSelector)]);
      await applyAll(west, [exposure()]);
      await opens(address);
    });

    test(`a selector that is merged into another one matches ${version === "1.20.2" ? "pods that carry both labels" : "nothing"} on Istio ${version}`, async () => {
      const { west } = meshes();
      const address = await startExport(meshes());
      await opens(address);
      await west.api.patch(named(exposure()), "merge", { spec: { selector: guideSelector } });
      if (version === "1.20.2") await opens(address);
      else await closes(address);
      await west.api.patch(named(exposure()), "merge", { spec: { selector: { "istio.io/gateway-name": null } } });
      await opens(address);
    });

    test("the status of the Gateway's listener is no gate: on 1.28 it refuses the protocol while connections pass", async () => {
      const { west } = meshes();
      await opens(await startExport(meshes()));
      const gateway = await west.api.get(named(eastWestGateway()));
      const status = gateway?.["status"];
      const text = JSON.stringify(isJsonObject(status) ? status["listeners"] : null);
      // On 1.20 it accepts it.
      expect(text.includes('"reason":"UnsupportedProtocol"')).toBe(version !== "1.20.2");
      expect(gateway?.metadata.name).toBe(eastWestName);
    });
  });
}

/** Longer than any change takes to reach a gateway, ten times over. */
async function staysClosed(address: string): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    expect(await behindGateway(address, httpA)).toMatch(/^ECONN/);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
