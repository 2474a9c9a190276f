// Which HTTP proxy stands before an API server: the kubeconfig's, otherwise that of the environment, as for kubectl.
import { isIP } from "node:net";
import { BlockList } from "node:net";

/** net/http ProxyFromEnvironment of Go (golang.org/x/net/http/httpproxy), which client-go asks where there is no proxy-url. */
export function proxyFromEnvironment(server: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const { protocol, hostname, port } = new URL(server);
  const of = (name: string) => env[name] || env[name.toLowerCase()] || "";
  const proxy = protocol === "http:" ? of("HTTP_PROXY") : of("HTTPS_PROXY");
  if (proxy === "") return null;
  const host = hostname.replaceAll(/^\[|\]$/gu, "");
  if (host === "localhost" || host.startsWith("127.") || host === "::1") return null;
  const number = port === "" ? (protocol === "http:" ? "80" : "443") : port;
  const spared = of("NO_PROXY")
    .split(",")
    .some((entry) => sparesHost(entry.trim().toLowerCase(), host.toLowerCase(), number));
  if (spared) return null;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** "*", an address, a range, a name (with those below it), ".name" (those below only), each perhaps with a port. */
function sparesHost(entry: string, host: string, port: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const family = isIP(host);
  const [range, bits] = entry.split("/");
  if (bits !== undefined && range !== undefined && isIP(range) !== 0) {
    if (family === 0 || family !== isIP(range)) return false;
    const type = family === 6 ? "ipv6" : "ipv4";
    const list = new BlockList();
    list.addSubnet(range, Number(bits), type);
    return list.check(host, type);
  }
  const [, name = "", ofPort] = /^(.*?)(?::(\d+))?$/u.exec(entry) ?? [];
  const plain = isIP(entry) === 0 ? name : entry;
  if (isIP(entry) === 0 && ofPort !== undefined && ofPort !== port) return false;
  if (family !== 0) return plain.replaceAll(/^\[|\]$/gu, "") === host;
  const below = plain.replace(/^\*/u, "");
  return below.startsWith(".") ? host.endsWith(below) : host === below || host.endsWith(`.${below}`);
}
