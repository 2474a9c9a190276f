// Whom a client trusts, how it shows itself, and what stands between: a server with TLS on loopback, seen through the command line.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { run } from "../cli/run-meshferry.ts";

const folder = mkdtempSync(join(tmpdir(), "meshferry-tls-"));
const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
const pem = (name: string) => readFileSync(join(folder, name), "utf8");
const data = (name: string) => Buffer.from(pem(name), "utf8").toString("base64");

beforeAll(() => {
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const name = (host: string) => ["-subj", `/CN=${host}`, "-addext", `subjectAltName=${host}`];
  openssl("req", ...made, ...name("DNS:api.test"), "-keyout", "server.key", "-out", "server.crt");
  openssl("req", ...made, "-subj", "/CN=me", "-keyout", "me.key", "-out", "me.crt");
  return () => rmSync(folder, { recursive: true });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** It serves ConfigMaps, of which it has one, named after who asks. */
async function tlsServer(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = [];
  const options = {
    key: pem("server.key"),
    cert: pem("server.crt"),
    ca: pem("me.crt"),
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    const who = (request.socket as TLSSocket).authorized ? String(peer.subject.CN) : "nobody";
    seen.push(who);
    const resource = {
      resource: "configmaps",
      responseKind: { kind: "ConfigMap" },
      scope: "Namespaced",
      verbs: ["list"],
    };
    const groups = [{ metadata: {}, versions: [{ version: "v1", resources: [resource] }] }];
    const body: Json = request.url?.startsWith("/api/v1")
      ? { kind: "List", metadata: { resourceVersion: "1" }, items: [{ metadata: { name: who, namespace: "n" } }] }
      : { kind: "APIGroupDiscoveryList", items: request.url === "/api" ? groups : [] };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  });
  return { port: await listening(server), seen };
}

async function inspect(server: string, cluster: JsonObject, user: JsonObject = {}) {
  const config = {
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  writeFileSync(join(folder, "config"), JSON.stringify(config));
  const ran = await run(folder, ["inspect", "-o", "json", "--mesh", "east=context:x", "--kubeconfig", "config"]);
  const codes = [...new Set([...(ran.stdout + ran.stderr).matchAll(/MF8\d\d/gu)].map(([code]) => code))];
  return { ...ran, codes };
}

test("a server is trusted by its CA and by the name that the kubeconfig gives it, or not at all", async () => {
  const { port, seen } = await tlsServer();
  const server = `https://127.0.0.1:${port}`;
  const authority = { "certificate-authority-data": data("server.crt") };
  const stranger = await inspect(server, {}, { token: "canary-token" });
  expect([stranger.code, stranger.codes]).toEqual([2, ["MF802"]]);
  expect(stranger.stderr).toMatch(/not signed by the CA/u);
  const otherName = await inspect(server, authority, { token: "canary-token" });
  expect([otherName.code, otherName.codes]).toEqual([2, ["MF802"]]);
  expect(otherName.stderr).toMatch(/for other names/u);
  // Nothing was asked of a server that may be another.
  expect(seen).toEqual([]);
  for (const ran of [stranger, otherName]) expect(ran.stdout + ran.stderr).not.toContain("canary");
  const trusted = await inspect(server, { ...authority, "tls-server-name": "api.test" });
  expect(trusted.codes).toEqual([]);
  expect(trusted.stdout).toContain('"ConfigMap": "listed"');
  const byFile = await inspect(server, { "certificate-authority": "server.crt", "tls-server-name": "api.test" });
  expect(byFile.codes).toEqual([]);
});

test("insecure-skip-tls-verify is a warning", async () => {
  const { port } = await tlsServer();
  const { codes, stdout } = await inspect(`https://127.0.0.1:${port}`, { "insecure-skip-tls-verify": true });
  expect(codes).toEqual(["MF806"]);
  expect(stdout).toContain("is asked with insecure-skip-tls-verify");
});

test("a client certificate, as data, as files beside the kubeconfig, and from an exec plugin", async () => {
  const { port, seen } = await tlsServer();
  const cluster = { "certificate-authority-data": data("server.crt"), "tls-server-name": "api.test" };
  const server = `https://127.0.0.1:${port}`;
  await inspect(server, cluster);
  expect(new Set(seen.splice(0))).toEqual(new Set(["nobody"]));
  await inspect(server, cluster, { "client-certificate-data": data("me.crt"), "client-key-data": data("me.key") });
  expect(new Set(seen.splice(0))).toEqual(new Set(["me"]));
  await inspect(server, cluster, { "client-certificate": "me.crt", "client-key": "me.key" });
  expect(new Set(seen.splice(0))).toEqual(new Set(["me"]));
  const apiVersion = "client.authentication.k8s.io/v1";
  const status = { clientCertificateData: pem("me.crt"), clientKeyData: pem("me.key") };
  writeFileSync(join(folder, "answer"), JSON.stringify({ apiVersion, kind: "ExecCredential", status }));
  await inspect(server, cluster, { exec: { apiVersion, command: "cat", args: [join(folder, "answer")] } });
  expect(new Set(seen.splice(0))).toEqual(new Set(["me"]));
});

test("a proxy of the kubeconfig is asked to connect, with its own credentials, and sees nothing else", async () => {
  const { port, seen } = await tlsServer();
  const connects: string[] = [];
  const proxy = createPlainServer();
  proxy.on("connect", (request, socket) => {
    connects.push(`${request.url} ${request.headers["proxy-authorization"]}`);
    const through = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      through.pipe(socket).pipe(through);
    });
    for (const end of [socket, through]) end.on("error", () => {});
  });
  const proxyPort = await listening(proxy);
  const cluster = {
    "certificate-authority-data": data("server.crt"),
    "proxy-url": `http://me:word@127.0.0.1:${proxyPort}`,
  };
  const { codes } = await inspect("https://api.test:6443", cluster, { token: "t" });
  expect(codes).toEqual([]);
  expect(seen.length).toBeGreaterThan(2);
  const basic = Buffer.from("me:word").toString("base64");
  expect(new Set(connects)).toEqual(new Set([`api.test:6443 Basic ${basic}`]));
  const refusing = await inspect("https://api.test:6443", { ...cluster, "proxy-url": "http://127.0.0.1:1" });
  expect(refusing.codes).toEqual(["MF800"]);
});
