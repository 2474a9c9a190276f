// What an entry of one namespace does to clients of another one, which nobody meant.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { until } from "../../machine/until.ts";
import { clientObjects, meshNamespace } from "./app-objects.ts";
import { settlesAt } from "./entry-tests.ts";
import { egressObjects } from "./federation-objects.ts";
import { importerEntry, importerWorkload, remoteGateway } from "./guide-objects.ts";
import { httpA, identity, trustDomain } from "./hosts.ts";
import { applyAll, named, removeAll, removeWhole, rolledOut } from "./objects.ts";
import { type Asked, askFrom, podOf, startExport, type TwoMeshes } from "./two-meshes.ts";

const bystander = { namespace: "bystander", name: "curl" };
const own = `spiffe://${trustDomain.east}/ns/${bystander.namespace}/sa/${bystander.name}`;

export function bystanderTests(meshes: () => TwoMeshes): void {
  const asksAs = async (): Promise<Asked> => {
    const pod = await podOf(meshes().east.api, bystander.namespace, bystander.name, bystander.name);
    return askFrom(meshes().east, pod, httpA);
  };
  const knownAs = async (caller: string): Promise<void> => {
    let last: Asked | null = null;
    await until(
      `the server knows the bystander as ${caller}`,
      async () => {
        last = await asksAs();
        return last.status === "200" && last.caller === caller ? true : null;
      },
      { timeoutMs: 30_000, everyMs: 200, state: () => JSON.stringify(last) },
    );
  };

  describe("a client in another namespace", () => {
    test("is not moved by an entry that names the first one's, but by one without exportTo as soon as federation's definition was made again", async () => {
      const { east } = meshes();
      const home = meshNamespace(bystander.namespace);
      const federated = egressObjects("192.0.2.1").filter(
        (each) => each.kind === "ServiceEntry" && named(each).name === "import-a-httpbin",
      );
      expect(federated.length).toBe(1);
      try {
        const address = await startExport(meshes());
        await applyAll(east, [home, ...clientObjects(bystander.namespace, bystander.name)]);
        await rolledOut(east, bystander.namespace, bystander.name);
        await knownAs(identity.ingress);
        await applyAll(east, [remoteGateway(address), importerWorkload(httpA), importerEntry(httpA)]);
        await settlesAt(meshes(), { status: "200", caller: identity.client });
        await pause(1000);
        expect((await asksAs()).caller).toBe(identity.ingress);
        await removeAll(east, [importerEntry(httpA)]);
        await applyAll(east, [importerEntry(httpA, { exportTo: null })]);
        // In the entry's own namespace it wins on 1.28 already (entry-tests.ts).
        await pause(2000);
        expect((await asksAs()).caller).toBe(identity.ingress);
        // Federation's definition is the younger one now, and stays so.
        await removeAll(east, federated);
        await pause(2000);
        await applyAll(east, federated);
        await pause(2000);
        await knownAs(own);
        expect((await asksAs()).caller).toBe(own);
      } finally {
        await removeAll(east, [importerEntry(httpA), importerWorkload(httpA)]);
        await applyAll(east, federated);
        await removeWhole(east, [home]);
      }
      await settlesAt(meshes(), { status: "200", caller: identity.ingress });
    });
  });
}
