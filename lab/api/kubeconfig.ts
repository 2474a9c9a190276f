// Reads and writes the lab's own kubeconfigs: one cluster, one user with a client certificate.
import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import { LabTrouble } from "../machine/trouble.ts";

export interface Connection {
  /** https://IP:PORT */
  readonly server: string;
  /** PEM texts. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** As JSON, which is YAML: kubectl and the components read it. */
export function kubeconfigText(name: string, connection: Connection): string {
  const { server, authority, certificate, key } = connection;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": encode(authority) } }],
    users: [{ name, user: { "client-certificate-data": encode(certificate), "client-key-data": encode(key) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

export async function readKubeconfig(path: string): Promise<Connection> {
  const config = load(await readFile(path, "utf8")) as Json;
  const part = (list: string, member: string, key: string): string => {
    const entries = isJsonObject(config) ? config[list] : undefined;
    const entry: Json | undefined = Array.isArray(entries) ? (entries as readonly Json[])[0] : undefined;
    const inner = isJsonObject(entry) ? entry[member] : undefined;
    const value = isJsonObject(inner) ? inner[key] : undefined;
    if (typeof value === "string") return value;
    throw new LabTrouble(`${path} has no ${list}[0].${member}.${key}`, "the lab did not write it", "run up again");
  };
  return {
    server: part("clusters", "cluster", "server"),
    authority: decode(part("clusters", "cluster", "certificate-authority-data")),
    certificate: decode(part("users", "user", "client-certificate-data")),
    key: decode(part("users", "user", "client-key-data")),
  };
}

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
