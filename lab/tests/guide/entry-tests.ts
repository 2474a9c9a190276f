// What an importer's entries must say: each field left out or wrong, and what a request gets then.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { IstioVersion } from "../../build/go-parts.ts";
import { podExec } from "../../load/pod-exec.ts";
import { until } from "../../machine/until.ts";
import { type EntryChoices, importerEntry, importerWorkload, remoteGateway } from "./guide-objects.ts";
import { httpA, httpB, identity, trustDomain } from "./hosts.ts";
import { applyAll, removeAll } from "./objects.ts";
import { ask, type Asked, client, clientPod, startExport, type TwoMeshes } from "./two-meshes.ts";

export function entryTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const gets = async (wanted: Partial<Asked>) => settlesAt(meshes(), wanted);
  const shifted = async (choices: EntryChoices = {}) => {
    const address = await startExport(meshes());
    const { east } = meshes();
    await applyAll(east, [remoteGateway(address), importerWorkload(httpA)]);
    await applyAll(east, [importerEntry(httpA, choices)]);
    return address;
  };

  describe("an importer's entries", () => {
    test("a WorkloadEntry without address gets that of the remote gateway", async () => {
      const { east } = meshes();
      const address = await shifted();
      await gets({ status: "200", caller: identity.client });
      const proxy = { ...(await clientPod(east)), namespace: client.namespace, container: "istio-proxy" };
      const clusters = await podExec(east, proxy, ["pilot-agent", "request", "GET", "clusters"]);
      const endpoints = [
        ...clusters.matchAll(
          /^outbound\|8000\|\|httpbin\.a\.svc\.west-mesh-imports\.local;?::([\d.]+:\d+)::cx_active/gm,
        ),
      ];
      expect(endpoints.map(([, endpoint]) => endpoint)).toEqual([`${address}:15443`]);
    });

    test(`without exportTo the ${version === "1.20.2" ? "older definition of federation stays" : "entry takes over"} on Istio ${version}; with the client's namespace the entry takes over at once`, async () => {
      const { east } = meshes();
      await shifted({ exportTo: null });
      if (version === "1.20.2") {
        await pause(2000);
        await gets({ status: "200", caller: identity.ingress });
      } else await gets({ status: "200", caller: identity.client });
      await removeAll(east, [importerEntry(httpA)]);
      await gets({ status: "200", caller: identity.ingress });
      await shifted();
      await gets({ status: "200", caller: identity.client });
    });

    test("subjectAltNames: the server's own name 200, another one fails the handshake, none at all accepts every server", async () => {
      await shifted();
      await gets({ status: "200", caller: identity.client });
      await shifted({ subjectAltNames: [identity.server(httpB)] });
      const wrong = await gets({ status: "503" });
      expect(wrong.body).toContain("CERTIFICATE_VERIFY_FAILED");
      await shifted({ subjectAltNames: null });
      await gets({ status: "200", caller: identity.client });
      await shifted({ subjectAltNames: [identity.server(httpB)] });
      await gets({ status: "503" });
      await shifted();
      await gets({ status: "200", caller: identity.client });
    });

    test("a WorkloadEntry without the label security.istio.io/tlsMode: 503; whether the label helps later depends on the version", async () => {
      const { east } = meshes();
      await shifted();
      await gets({ status: "200", caller: identity.client });
      await removeAll(east, [importerWorkload(httpA)]);
      await applyAll(east, [importerWorkload(httpA, null)]);
      await gets({ status: "503" });
      await applyAll(east, [importerWorkload(httpA)]);
      if (version === "1.20.2") {
        // A label that comes later is not taken up there: only a new object is.
        await pause(2000);
        await gets({ status: "503" });
        await removeAll(east, [importerWorkload(httpA)]);
        await applyAll(east, [importerWorkload(httpA)]);
      }
      await gets({ status: "200", caller: identity.client });
    });
  });

  describe("policies on the exporter", () => {
    test("one that admits only the ingress gateway of federation: 200 before the shift, 403 after it", async () => {
      const { east, west } = meshes();
      await removeAll(east, [importerEntry(httpA)]);
      await gets({ status: "200", caller: identity.ingress });
      const ingressOnly = admit(identity.ingress);
      await applyAll(west, [ingressOnly]);
      try {
        // A policy for somebody else refuses it: the policy is in force.
        await applyAll(west, [admit(identity.egress)]);
        await gets({ status: "403" });
        await applyAll(west, [ingressOnly]);
        await gets({ status: "200", caller: identity.ingress });
        await shifted();
        await gets({ status: "403" });
        await applyAll(west, [admit(identity.ingress, identity.client)]);
        await gets({ status: "200", caller: identity.client });
      } finally {
        await removeAll(west, [ingressOnly]);
      }
    });

    test("aliases: a policy for an account of the own trust domain admits the same account of the other mesh", async () => {
      const { west } = meshes();
      await shifted();
      await gets({ status: "200", caller: identity.client });
      const own = (account: string) => admit(`spiffe://${trustDomain.west}/ns/client/sa/${account}`);
      try {
        await applyAll(west, [own("other")]);
        await gets({ status: "403" });
        await applyAll(west, [own("curl")]);
        await gets({ status: "200", caller: identity.client });
      } finally {
        await removeAll(west, [own("curl")]);
      }
    });
  });
}

/** Only these, at the servers of httpA. */
function admit(...callers: readonly string[]) {
  return {
    apiVersion: "security.istio.io/v1beta1",
    kind: "AuthorizationPolicy",
    metadata: { name: "callers", namespace: httpA.namespace },
    spec: { rules: [{ from: [{ source: { principals: callers.map((each) => each.replace("spiffe://", "")) } }] }] },
  };
}

/** The client's requests to httpA go through the east-west gateway, whose address is given. */
export async function shiftedHttpA(meshes: TwoMeshes): Promise<string> {
  const address = await startExport(meshes);
  await applyAll(meshes.east, [remoteGateway(address), importerWorkload(httpA)]);
  await applyAll(meshes.east, [importerEntry(httpA)]);
  await settlesAt(meshes, { status: "200", caller: identity.client });
  return address;
}

/** Three requests in a row, each on a connection of its own from the client's application. */
export async function settlesAt(meshes: TwoMeshes, wanted: Partial<Asked>): Promise<Asked> {
  let last: Asked = { status: "", caller: "", body: "" };
  let times = 0;
  return until(
    `${httpA.importedHost} answers ${JSON.stringify(wanted)}`,
    async () => {
      last = await ask(meshes, httpA);
      const fits = Object.entries(wanted).every(([key, value]) => last[key as keyof Asked] === value);
      times = fits ? times + 1 : 0;
      return times === 3 ? last : null;
    },
    { timeoutMs: 30_000, everyMs: 100, state: () => JSON.stringify(last) },
  );
}
