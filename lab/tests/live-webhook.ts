// A validating webhook in a pod of a lab cluster, that denies everything it is asked about, or allows it, and says so in its log.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newNamespace, rolledOut, type SharedCluster } from "./shared-cluster.ts";

export interface Webhook {
  /** As refusals name it. */
  readonly name: string;
  /** What it answers from now on; null: nobody is there to answer. */
  answer(verdict: "deny" | "allow" | null): Promise<void>;
  /** Has it asked about new ServiceEntries in a namespace, until the test ends. */
  watchOver(namespace: string): Promise<void>;
  /** How often it was asked, by its own log. */
  asked(): Promise<number>;
}

export async function webhook(cluster: SharedCluster): Promise<Webhook> {
  const { api } = cluster;
  const namespace = await newNamespace(cluster);
  const certified = certificateFor(`hook.${namespace}.svc`);
  const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
  const metadata = { namespace, name: "hook" };
  const data = { "tls.crt": base64(certified.certificate), "tls.key": base64(certified.key) };
  await api.create({ apiVersion: "v1", kind: "Secret", metadata, data });
  await api.create({
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: { app: "hook" }, ports: [{ port: 443, targetPort: 8443 }] },
  });
  const answer: Webhook["answer"] = async (verdict) => {
    await api.apply(deployment(namespace, verdict ?? "allow", verdict === null ? 0 : 1), "tests");
    await rolledOut(api, namespace, "hook");
  };
  const name = `hook.${namespace}.test`;
  const group = "admissionregistration.k8s.io/v1";
  return {
    name,
    answer,
    async watchOver(watched) {
      const configuration = { apiVersion: group, kind: "ValidatingWebhookConfiguration", name: namespace };
      onTestFinished(async () => void (await api.delete(configuration)));
      await api.create({
        apiVersion: group,
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: namespace },
        webhooks: [
          {
            name,
            clientConfig: { service: { namespace, name: "hook" }, caBundle: base64(certified.certificate) },
            rules: [
              {
                apiGroups: ["networking.istio.io"],
                apiVersions: ["*"],
                operations: ["CREATE"],
                resources: ["serviceentries"],
              },
            ],
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": watched } },
            failurePolicy: "Fail",
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
            timeoutSeconds: 2,
          },
        ],
      });
    },
    async asked() {
      const { items } = await api.list({ apiVersion: "v1", kind: "Pod" }, { namespace });
      const logs = await Promise.all(items.map(async (pod) => api.log(namespace, pod.metadata.name)));
      return logs.join("").split("asked").length - 1;
    },
  };
}

function certificateFor(host: string): { readonly certificate: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), "meshferry-hook-"));
  try {
    const [certificate, key] = [join(folder, "crt"), join(folder, "key")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const names = ["-subj", "/CN=hook", "-addext", `subjectAltName=DNS:${host}`];
    execFileSync("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", certificate], {
      stdio: "ignore",
    });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function deployment(namespace: string, verdict: "deny" | "allow", replicas: number) {
  const container = {
    name: "hook",
    image: "lab.local/app:1",
    command: ["python3", "-u", "-c", server, verdict],
    readinessProbe: { tcpSocket: { port: 8443 }, periodSeconds: 1 },
    volumeMounts: [{ name: "tls", mountPath: "/tls" }],
  };
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [container],
    volumes: [{ name: "tls", secret: { secretName: "hook" } }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name: "hook" },
    spec: {
      replicas,
      strategy: { type: "Recreate" },
      selector: { matchLabels: { app: "hook" } },
      template: { metadata: { labels: { app: "hook" } }, spec },
    },
  };
}

// 403 is what controller-runtime's webhooks answer with (sigs.k8s.io/controller-runtime, pkg/webhook/admission/response.go, Denied).
const server = `
import http.server, json, ssl, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["content-length"])))
        print("asked", sys.argv[1], flush=True)
        answer = {"uid": review["request"]["uid"], "allowed": sys.argv[1] == "allow"}
        if not answer["allowed"]:
            answer["status"] = {"code": 403, "message": "no entries on Thursdays"}
        body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}).encode()
        self.send_response(200); self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_):
        pass
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
listener = http.server.ThreadingHTTPServer(("", 8443), Hook)
listener.socket = context.wrap_socket(listener.socket, server_side=True)
listener.serve_forever()
`;
