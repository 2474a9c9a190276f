// A remote endpoint that joins a Service of the importer by a WorkloadEntry: when it is taken, and by which names it is verified.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import type { IstioVersion } from "../../build/go-parts.ts";
import { appImage } from "../../build/images.ts";
import { until } from "../../machine/until.ts";
import { resources } from "./app-objects.ts";
import { egressName } from "./federation-objects.ts";
import { behindGateway } from "./gateway-probe.ts";
import { eastWestPods, exposure, ownLabel, remoteGateway } from "./guide-objects.ts";
import { controlPlane, httpA, identity, network, sharedServices, type SharedService, trustDomain } from "./hosts.ts";
import { applyAll, balancerAddress, removeAll, rolledOut } from "./objects.ts";
import { addressOf, endpointsOf } from "./proxy-endpoints.ts";
import { ask, type Asked, clientPod, podOf, startExport, type TwoMeshes } from "./two-meshes.ts";

const namespace = "joined";
const name = "shop";
const host = `${name}.${namespace}.svc.cluster.local`;
/** As the importer's clients call it. */
const joined: SharedService = { ...httpA, importedHost: host };
const canonical = "alpha.istio.io/canonical-serviceaccounts";
const istio = "networking.istio.io/v1beta1";

export function joinTests(version: IstioVersion, meshes: () => TwoMeshes): void {
  const gets = async (wanted: Partial<Asked> & { readonly server?: string }): Promise<Asked> => {
    let last: Asked | null = null;
    let times = 0;
    return until(
      `${host} answers ${JSON.stringify(wanted)}`,
      async () => {
        last = await ask(meshes(), joined);
        const { server, ...rest } = wanted;
        const fits =
          Object.entries(rest).every(([key, value]) => last?.[key as keyof Asked] === value) &&
          (server === undefined || last.body.includes(server));
        times = fits ? times + 1 : 0;
        return times === 3 ? last : null;
      },
      { timeoutMs: 30_000, everyMs: 100, state: () => JSON.stringify(last) },
    );
  };
  const remote = { status: "200", caller: identity.client };

  describe("a WorkloadEntry that joins a Service", () => {
    test("is verified by the Service's list of names: those of its pods and of its annotation, and nobody is refused by an empty one", async () => {
      const { east } = meshes();
      await withService(meshes(), async () => {
        await gets(remote);
        await applyAll(east, [service({ [canonical]: identity.server({ ...httpA, namespace: "b" }) })]);
        expect((await gets({ status: "503" })).body).toContain("CERTIFICATE_VERIFY_FAILED");
        // A name too many refuses nobody.
        const both = [{ ...httpA, namespace: "b" }, httpA].map((each) => identity.server(each)).join(",");
        await applyAll(east, [service({ [canonical]: both })]);
        await gets(remote);
        // A pod of the Service's own brings its account, and with it the first list.
        await applyAll(east, [service(), localPod()]);
        await rolledOut(east, namespace, name);
        const own = `spiffe://${trustDomain.east}/ns/${namespace}/sa/default`;
        await refusedBy(meshes(), own);
        await applyAll(east, [service({ [canonical]: identity.server(httpA) })]);
        await answeredByBoth(meshes());
      });
    });

    test("joins at ports whose targetPort is a number, and at named ones that its own ports name", async () => {
      const { east } = meshes();
      await withService(meshes(), async () => {
        await gets(remote);
        await applyAll(east, [service({}, "web")]);
        // What fits no more stays until it is made anew.
        await pause(2000);
        await gets(remote);
        await removeAll(east, [workload()]);
        await gets({ status: "503" });
        await applyAll(east, [workload()]);
        await pause(2000);
        await gets({ status: "503" });
        await removeAll(east, [workload()]);
        await applyAll(east, [workload({ web: 8080 })]);
        await gets(remote);
      });
    });

    test("counts as many endpoints as its weight says", async () => {
      const { east } = meshes();
      await withService(meshes(), async () => {
        const address = await balancerAddress(meshes().west, controlPlane, eastWestPods);
        const weights = async () => {
          const found = await endpointsOf(east, await clientPod(east), host);
          const local = [...found].find(([at]) => !at.startsWith(`${address}:`))?.[1] ?? 0;
          return (found.get(`${address}:15443`) ?? 0) / local;
        };
        const become = async (ratio: number) => {
          let last = 0;
          await until(
            `the remote endpoint has ${ratio} times the weight of the local pod`,
            async () => ((last = await weights()) === ratio ? true : null),
            { timeoutMs: 20_000, everyMs: 200, state: () => String(last) },
          );
        };
        await applyAll(east, [service({ [canonical]: identity.server(httpA) }), localPod()]);
        await rolledOut(east, namespace, name);
        await become(1);
        await removeAll(east, [workload()]);
        await applyAll(east, [workload(null, { weight: 3 })]);
        await become(3);
      });
    });

    test("beside federation's egress gateway: that is refused from the moment on that the list lacks its name", async () => {
      const { east } = meshes();
      const named = (...names: readonly string[]) => service({ [canonical]: names.join(",") }, "web");
      const callers = async (wanted: readonly string[]) => {
        const seen = new Set<string>();
        await until(
          `requests are answered ${wanted.join(" and ")}`,
          async () => {
            const { status, caller, body } = await ask(meshes(), joined);
            seen.add(status === "200" ? caller : body.includes("CERTIFICATE_VERIFY_FAILED") ? "refused" : status);
            const isSo = wanted.every((each) => seen.has(each));
            if (seen.size > wanted.length) seen.clear();
            return isSo && seen.size === wanted.length ? true : null;
          },
          { timeoutMs: 30_000, everyMs: 50, state: () => [...seen].join() },
        );
      };
      await withService(meshes(), async () => {
        const { pod } = await podOf(east.api, controlPlane, egressName, "istio-proxy");
        const federation = {
          ...workload(),
          metadata: { ...workload().metadata, name: "federation" },
          spec: { address: await addressOf(east, controlPlane, pod), ports: { web: httpA.egressPort } },
        };
        try {
          await removeAll(east, [workload()]);
          await applyAll(east, [named(identity.server(httpA), identity.egress), workload({ web: 8080 }), federation]);
          await callers([identity.ingress, identity.client]);
          await applyAll(east, [named(identity.server(httpA))]);
          await callers(["refused", identity.client]);
          // The control: without its endpoint nothing is refused.
          await removeAll(east, [federation]);
          await gets(remote);
        } finally {
          await removeAll(east, [federation]);
        }
      });
    });

    const when = version === "1.20.2" ? "at once" : "from its next change on";
    test(`is left out where a policy has its clients use plain text, on Istio ${version} ${when}`, async () => {
      const { east } = meshes();
      const follows = async (): Promise<void> => {
        if (version === "1.20.2") return;
        await pause(2000);
        // As before: the endpoint keeps what was true when it was made.
        await gets(before);
        await removeAll(east, [workload()]);
        await applyAll(east, [workload()]);
      };
      let before: Partial<Asked> = remote;
      await withService(meshes(), async () => {
        await gets(remote);
        await applyAll(east, [plainText]);
        await follows();
        await gets({ status: "503" });
        before = { status: "503" };
        await removeAll(east, [plainText]);
        await follows();
        await gets(remote);
      });
    });
  });
}

/** The Service without pods, the remote gateway, and the exporter's service under the Service's host. */
async function withService(meshes: TwoMeshes, work: () => Promise<void>): Promise<void> {
  const { east, west } = meshes;
  const exposed = exposure(ownLabel, [...sharedServices.map(({ importedHost }) => importedHost), host]);
  const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: injected } };
  try {
    const address = await startExport(meshes);
    await applyAll(west, [exporterEntry, exposed]);
    await until(
      "the gateway leads to the joined host's workload",
      async () => ((await behindGateway(address, joined)) === identity.server(httpA) ? true : null),
      { timeoutMs: 20_000 },
    );
    await applyAll(east, [home, remoteGateway(address), withoutRetries, service(), workload()]);
    await work();
  } finally {
    await removeAll(east, [plainText, workload(), localPod(), service(), withoutRetries]);
    await removeAll(west, [exporterEntry]);
    await applyAll(west, [exposure()]);
  }
}

const injected = { "istio-injection": "enabled" } as const;

function service(annotations: Readonly<Record<string, string>> = {}, targetPort: number | string = 8080) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations: { ...annotations } },
    spec: { selector: { app: name }, ports: [{ name: "http", port: httpA.port, targetPort }] },
  };
}

function workload(ports: Readonly<Record<string, number>> | null = null, more: JsonObject = {}) {
  return {
    apiVersion: istio,
    kind: "WorkloadEntry",
    metadata: { name: "remote", namespace, labels: { app: name, "security.istio.io/tlsMode": "istio" } },
    spec: { network: network.west, ...(ports === null ? {} : { ports: { ...ports } }), ...more },
  };
}

const exporterEntry = {
  apiVersion: istio,
  kind: "ServiceEntry",
  metadata: { name: "joined", namespace: httpA.namespace },
  spec: {
    hosts: [host],
    location: "MESH_INTERNAL",
    ports: [{ number: httpA.port, name: "http", protocol: "HTTP", targetPort: httpA.targetPort }],
    resolution: "STATIC",
    workloadSelector: { labels: { app: "httpbin" } },
  },
};

/** A request that one endpoint refuses would be sent to the other one. */
const withoutRetries = {
  apiVersion: istio,
  kind: "VirtualService",
  metadata: { name: "without-retries", namespace },
  spec: { hosts: [host], http: [{ route: [{ destination: { host } }], retries: { attempts: 0 } }] },
};

const plainText = {
  apiVersion: "security.istio.io/v1beta1",
  kind: "PeerAuthentication",
  metadata: { name: "plain", namespace },
  spec: { selector: { matchLabels: { app: name } }, mtls: { mode: "DISABLE" } },
};

/** A pod of the importer's behind the same Service. */
function localPod() {
  const server =
    "import http.server; http.server.ThreadingHTTPServer(('', 8080), http.server.SimpleHTTPRequestHandler).serve_forever()";
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, "sidecar.istio.io/inject": "true" } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name,
              image: appImage,
              imagePullPolicy: "IfNotPresent",
              resources,
              workingDir: "/etc",
              command: ["python3", "-c", server],
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/** Some requests reach the local pod; those for the remote workload end in a handshake that fails. */
async function refusedBy(meshes: TwoMeshes, own: string): Promise<void> {
  const seen = new Set<string>();
  await until(
    `a name that is not ${own} is refused, and the local pod answers`,
    async () => {
      const { status, caller, body } = await ask(meshes, joined);
      if (body.includes("CERTIFICATE_VERIFY_FAILED")) seen.add("refused");
      // Its answer is a "not found", and names no caller.
      if (status === "404") seen.add("local");
      if (status === "200" && caller === identity.client) seen.clear();
      return seen.size === 2 ? true : null;
    },
    { timeoutMs: 30_000, everyMs: 50, state: () => [...seen].join() },
  );
}

async function answeredByBoth(meshes: TwoMeshes): Promise<void> {
  const seen = new Set<string>();
  await until(
    "the remote workload answers beside the local pod",
    async () => {
      const { status } = await ask(meshes, joined);
      seen.add(status);
      return seen.has("200") && seen.has("404") ? true : null;
    },
    { timeoutMs: 30_000, everyMs: 50, state: () => [...seen].join() },
  );
  for (let tries = 0; tries < 20; tries += 1) expect((await ask(meshes, joined)).body).not.toContain("VERIFY_FAILED");
}
