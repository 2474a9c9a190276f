// The first requests to hosts that are new: DNS answers before the proxy has the way.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { hasCondition, waitFor } from "../../api/wait-for.ts";
import { appImage } from "../../build/images.ts";
import { podExec } from "../../load/pod-exec.ts";
import { resources } from "./app-objects.ts";
import { applyAll, named, removeAll } from "./objects.ts";
import { client, clientPod, type TwoMeshes } from "./two-meshes.ts";

const hosts = Array.from({ length: 30 }, (_, index) => `new-${index}.lab.example`);

export function newHostTests(meshes: () => TwoMeshes): void {
  describe("a host that is new", () => {
    test("can cost the first request that finds its name, and no later one", async () => {
      const { east } = meshes();
      await applyAll(east, [server]);
      const ready = await waitFor(east.api, named(server), "ready", hasCondition("Ready"), 60_000);
      const status = ready["status"];
      const address = isJsonObject(status) && typeof status["podIP"] === "string" ? status["podIP"] : "";
      const pod = { ...(await clientPod(east)), namespace: client.namespace };
      const entries = hosts.map((host) => entry(host, address));
      try {
        const asking = podExec(east, pod, ["python3", "-c", asker, ...hosts], 120_000);
        for (const each of entries) {
          // The one before has been asked for by then.
          await pause(200);
          await applyAll(east, [each]);
        }
        const answers = JSON.parse(await asking) as readonly (readonly Json[])[];
        const first = answers.map(([one]) => one);
        const later = answers.flatMap((all) => all.slice(1));
        // Most get through: the proxy has both within milliseconds.
        expect(first.filter((each) => each === 200).length).toBeGreaterThan(hosts.length / 4);
        expect(first.filter((each) => each !== 200).length).toBeGreaterThan(0);
        expect(later).toEqual(later.map(() => 200));
      } finally {
        await removeAll(east, [server, ...entries]);
      }
    }, 180_000);
  });
}

/** For each host: asks for its name until there is an answer, and for a page at once, and four times later; 0: no answer. */
const asker = `
import json, socket, sys, time
def ask(address, host):
    try:
        with socket.create_connection((address, 8000), 3) as s:
            s.settimeout(3)
            s.sendall(f"GET / HTTP/1.1\\r\\nHost: {host}:8000\\r\\nConnection: close\\r\\n\\r\\n".encode())
            return int(s.recv(20).split(b" ")[1])
    except (OSError, IndexError):
        return 0
seen = []
for host in sys.argv[1:]:
    end = time.time() + 20
    while True:
        try:
            address = socket.gethostbyname(host)
            break
        except OSError:
            if time.time() > end: raise
            time.sleep(0.0005)
    seen.append((address, host, ask(address, host)))
time.sleep(1)
print(json.dumps([[first] + [ask(address, host) for _ in range(4)] for address, host, first in seen]))
`;

function entry(host: string, address: string) {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ServiceEntry",
    metadata: { name: host, namespace: client.namespace },
    spec: {
      hosts: [host],
      exportTo: ["."],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8000, name: "http", protocol: "HTTP" }],
      endpoints: [{ address, ports: { http: 8080 } }],
    },
  };
}

const server = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: client.namespace, labels: { "sidecar.istio.io/inject": "false" } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "web",
        image: appImage,
        imagePullPolicy: "IfNotPresent",
        resources,
        workingDir: "/etc/ssl",
        command: ["python3", "-m", "http.server", "8080"],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
      },
    ],
  },
};
