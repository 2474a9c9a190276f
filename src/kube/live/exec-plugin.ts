// Credentials from a program that the kubeconfig names (client.authentication.k8s.io): run once, again when they end or are refused.
import { spawn } from "node:child_process";
import { sep } from "node:path";
import process from "node:process";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { AddressTrouble } from "./address-trouble.ts";
import type { ClientCertificate, Connection, Credentials, UserPlace } from "./connection.ts";
import { type Entry, pathIn } from "./kubeconfig.ts";

/** A plugin that nobody can answer to is not waited for without end. */
const timeLimitMs = 60_000;

interface Held {
  readonly credentials: Credentials;
  /** null: until they are refused. */
  readonly endMs: number | null;
}

export function execPlugin(
  user: Entry,
  exec: JsonObject,
  place: UserPlace,
  certificate: ClientCertificate | null,
  headers: Credentials["headers"],
): Connection["credentials"] {
  let held: Held | null = null;
  let running: Promise<Held> | null = null;
  return async (refused) => {
    const good = held !== null && held.credentials !== refused && (held.endMs === null || held.endMs > Date.now());
    if (held !== null && good) return held.credentials;
    running ??= run(user, exec, place, certificate, headers).finally(() => {
      running = null;
    });
    held = await running;
    return held.credentials;
  };
}

async function run(
  user: Entry,
  exec: JsonObject,
  place: UserPlace,
  certificate: ClientCertificate | null,
  headers: Credentials["headers"],
): Promise<Held> {
  const { command, apiVersion } = exec;
  if (typeof command !== "string" || command === "")
    throw new AddressTrouble({ what: "an exec plugin without a command", where: place.where, todo: "log in again" });
  const version = typeof apiVersion === "string" ? apiVersion : "client.authentication.k8s.io/v1";
  // A command with a path is relative to its file, any other is looked for in PATH (client-go clientcmd).
  const program = command.includes(sep) ? pathIn(user, command) : command;
  const args = listOf(exec["args"]).filter((each) => typeof each === "string");
  const interactive = exec["interactiveMode"] !== "Never" && process.stdin.isTTY;
  const env = { ...place.env };
  for (const each of listOf(exec["env"]))
    if (isJsonObject(each) && typeof each["name"] === "string" && typeof each["value"] === "string")
      env[each["name"]] = each["value"];
  const cluster = exec["provideClusterInfo"] === true ? { cluster: clusterInfo(place) } : {};
  env["KUBERNETES_EXEC_INFO"] = JSON.stringify({
    apiVersion: version,
    kind: "ExecCredential",
    spec: { interactive, ...cluster },
  });
  const trouble = (why: string): AddressTrouble => {
    const hint = exec["installHint"];
    const absent = why === "no such program";
    return new AddressTrouble({
      what: `the exec plugin ${command} gave no credentials`,
      where: place.where,
      why,
      todo:
        absent && typeof hint === "string" ? hint.trim() : absent ? "install it" : "run it yourself, or log in again",
    });
  };
  return heldFrom(await outputOf(program, args, env, interactive, trouble), version, certificate, headers, trouble);
}

async function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
  trouble: (why: string) => AddressTrouble,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = interactive ? {} : { timeout: timeLimitMs };
    const stdio = [interactive ? "inherit" : "ignore", "pipe", interactive ? "inherit" : "pipe"] as const;
    const child = spawn(program, args, { env, stdio: [...stdio], ...limit });
    let out = "";
    let complaint = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    child.on("error", (error) =>
      reject(trouble("code" in error && error.code === "ENOENT" ? "no such program" : "it cannot be started")),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(out);
      const how =
        signal === null
          ? `it ended with exit code ${code}`
          : `it was ended by ${signal} (limit ${timeLimitMs / 1000} s)`;
      const said = complaint.trim().split("\n").slice(-3).join(" ").slice(0, 300);
      reject(trouble(said === "" ? how : `${how}: ${said}`));
    });
  });
}

function heldFrom(
  output: string,
  version: string,
  certificate: ClientCertificate | null,
  headers: Credentials["headers"],
  trouble: (why: string) => AddressTrouble,
): Held {
  const said = parsed(output);
  // What it printed is never quoted: it may hold a token.
  if (!isJsonObject(said) || said["kind"] !== "ExecCredential") throw trouble("what it prints is no ExecCredential");
  if (said["apiVersion"] !== version) throw trouble(`it does not answer in ${version}`);
  const status = isJsonObject(said["status"]) ? said["status"] : {};
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  const own =
    typeof clientCertificateData === "string" && typeof clientKeyData === "string"
      ? { certificate: clientCertificateData, key: clientKeyData }
      : null;
  const hasToken = typeof token === "string" && token !== "";
  if (!hasToken && own === null) throw trouble("its ExecCredential has neither a token nor a certificate with key");
  const end = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    credentials: {
      headers: { ...(hasToken ? { authorization: `Bearer ${token}` } : {}), ...headers },
      certificate: own ?? certificate,
    },
    // What has ended as it comes is of a clock that is not ours: the server will say when it is over.
    endMs: Number.isNaN(end) || end <= Date.now() ? null : end,
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function clusterInfo({ server, cluster }: UserPlace): JsonObject {
  const { authority, serverName, insecure } = cluster;
  return {
    server,
    ...(authority === null ? {} : { "certificate-authority-data": Buffer.from(authority, "utf8").toString("base64") }),
    ...(serverName === null ? {} : { "tls-server-name": serverName }),
    ...(insecure ? { "insecure-skip-tls-verify": true } : {}),
  };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
