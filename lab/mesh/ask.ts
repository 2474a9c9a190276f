// Requests from pods of the sample apps, and what the sample server says of who asked. For looking and for tests; load is made elsewhere.
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { Built } from "../build/run-build.ts";
import { kubectl } from "../cluster/kubectl.ts";
import type { LabCluster } from "../cluster/lab-cluster.ts";
import { LabTrouble } from "../machine/trouble.ts";

/** A Deployment from whose pod is asked. */
export interface Client {
  readonly namespace: string;
  readonly name: string;
  /** The Deployment's name, as the scaffold's clients have it, where none is given. */
  readonly container?: string;
}

export interface Answer {
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  /** curl's own word on a missing answer. */
  readonly trouble: string;
  /** Of the server: "NAMESPACE/ACCOUNT", its pod and version. */
  readonly server: string;
  readonly pod: string;
  readonly version: string;
  /** The identities on the way, the caller's first; none where nobody saw any. */
  readonly hops: readonly string[];
  /** As the server got them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Asking {
  readonly built: Built;
  readonly cluster: LabCluster;
  readonly client: Client;
}

/** One request over a connection of its own, never repeated. */
export async function ask(from: Asking, url: string, curlFlags: readonly string[] = []): Promise<Answer> {
  const flags = ["--silent", "--show-error", "--max-time", "20", "--write-out", "\\n%{http_code}", ...curlFlags];
  const { stdout, stderr } = await inClient(from, ["curl", ...flags, url]);
  const end = stdout.lastIndexOf("\n");
  const status = Number(stdout.slice(end + 1));
  if (end < 0 || Number.isNaN(status))
    throw new LabTrouble(`no request from ${from.client.namespace}/${from.client.name}`, stderr, "look at its pods");
  // kubectl adds a line about the exit code.
  return readAnswer(status, stdout.slice(0, end), stderr.split("\n")[0] ?? "");
}

/** What the echo server answers to a line; "" when the connection ended before. */
export async function askTcp(from: Asking, host: string, port: number, line: string): Promise<string> {
  const program = [
    "import socket,sys",
    "with socket.create_connection((sys.argv[1],int(sys.argv[2])),5) as s:",
    "    s.sendall(sys.argv[3].encode()+b'\\n'); print(s.makefile().readline(),end='')",
  ].join("\n");
  const { stdout } = await inClient(from, ["python3", "-c", program, host, String(port), line]);
  return stdout.trimEnd();
}

async function inClient({ built, cluster, client }: Asking, command: readonly string[]) {
  const { namespace, name, container = name } = client;
  const where = ["--namespace", namespace, `deploy/${name}`, "--container", container];
  return kubectl(built, cluster, ["exec", ...where, "--", ...command]);
}

/** The sample server's JSON, or any other body as it is: proxies answer in plain text. */
export function readAnswer(status: number, body: string, trouble: string): Answer {
  const told = parsedBody(body);
  const text = (key: string): string => {
    const value = told[key];
    return typeof value === "string" ? value : "";
  };
  const isText = (value: Json): value is string => typeof value === "string";
  const hops = Array.isArray(told["hops"]) ? (told["hops"] as readonly Json[]).filter(isText) : [];
  const headers = isJsonObject(told["headers"]) ? Object.entries(told["headers"]) : [];
  return {
    status,
    trouble,
    server: text("account") === "" ? "" : `${text("namespace")}/${text("account")}`,
    pod: text("pod"),
    version: text("version"),
    hops,
    headers: Object.fromEntries(headers.flatMap(([name, value]) => (isText(value) ? [[name, value]] : []))),
    body,
  };
}

/** The JSON object of an answer; empty: it is none. */
export function parsedBody(body: string): Readonly<Record<string, Json>> {
  try {
    const value = JSON.parse(body) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
