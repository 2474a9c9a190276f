// Who asks, from a kubeconfig's user entry: token, tokenFile, client certificate, exec plugin, user and password.
import { readFile } from "node:fs/promises";
import { isJsonObject, type Json } from "../../core/json.ts";
import { AddressTrouble } from "./address-trouble.ts";
import type { ClientCertificate, Connection, Credentials, UserPlace } from "./connection.ts";
import { type Entry, pathIn, textIn } from "./kubeconfig.ts";
import { execPlugin } from "./exec-plugin.ts";

/** client-go reads a token's file once a minute (transport/token_source.go, cachingTokenSource). */
const fileFreshMs = 60_000;

/** In the order of client-go: what is in the file itself goes before a plugin (plugin/pkg/client/auth/exec). */
export async function credentialsOf(user: Entry, place: UserPlace): Promise<Connection["credentials"]> {
  const impersonation = impersonationOf(user);
  const certificate = await certificateOf(user, place);
  const withToken = (token: string | null): Credentials => ({
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...impersonation },
    certificate,
  });
  const tokenFile = textIn(user, "tokenFile");
  if (tokenFile !== null) {
    const path = pathIn(user, tokenFile);
    return tokenFromFile(async () => withToken(await tokenIn(path, textIn(user, "token"), place)));
  }
  const token = textIn(user, "token");
  if (token !== null) return fixed(withToken(token));
  const name = textIn(user, "username");
  if (name !== null) {
    const pair = Buffer.from(`${name}:${textIn(user, "password") ?? ""}`, "utf8").toString("base64");
    return fixed({ headers: { authorization: `Basic ${pair}`, ...impersonation }, certificate });
  }
  if (isJsonObject(user.body["exec"])) return execPlugin(user, user.body["exec"], place, certificate, impersonation);
  const provider = user.body["auth-provider"];
  if (isJsonObject(provider) && certificate === null)
    throw new AddressTrouble({
      what: `the auth-provider ${typeof provider["name"] === "string" ? provider["name"] : ""} is not supported`,
      where: place.where,
      todo: "log in so that the kubeconfig has a token, or use an exec plugin",
    });
  return fixed(withToken(null));
}

function fixed(credentials: Credentials): Connection["credentials"] {
  return async (refused) => (refused === undefined ? credentials : null);
}

function tokenFromFile(read: () => Promise<Credentials>): Connection["credentials"] {
  let last: { readonly credentials: Credentials; readonly atMs: number } | null = null;
  return async (refused) => {
    if (refused === undefined && last !== null && Date.now() - last.atMs < fileFreshMs) return last.credentials;
    const credentials = await read();
    const same = refused?.headers["authorization"] === credentials.headers["authorization"];
    last = { credentials, atMs: Date.now() };
    return refused !== undefined && same ? null : credentials;
  };
}

async function tokenIn(path: string, instead: string | null, { where }: UserPlace): Promise<string> {
  const text = (await readFile(path, "utf8").catch(() => "")).trim();
  if (text !== "") return text;
  if (instead !== null) return instead;
  throw new AddressTrouble({
    what: "there is no token",
    where,
    why: `${path} is missing or empty`,
    todo: "log in again",
  });
}

async function certificateOf(user: Entry, { where }: UserPlace): Promise<ClientCertificate | null> {
  const [certificate, key] = await Promise.all([
    pemOf(user, "client-certificate", where),
    pemOf(user, "client-key", where),
  ]);
  if (certificate !== null && key !== null) return { certificate, key };
  if (certificate === null && key === null) return null;
  throw new AddressTrouble({
    what: `a client certificate without ${key === null ? "its key" : "the certificate"}`,
    where,
    todo: "give both client-certificate and client-key",
  });
}

/** Of data, or of the file that is named; data goes first, as in client-go. */
export async function pemOf(entry: Entry, key: string, where: string): Promise<string | null> {
  const data = textIn(entry, `${key}-data`);
  if (data !== null) return Buffer.from(data, "base64").toString("utf8");
  const file = textIn(entry, key);
  if (file === null) return null;
  const path = pathIn(entry, file);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = `${path}: ${code === "ENOENT" ? "no such file" : code}`;
    throw new AddressTrouble({
      what: `${key} cannot be read`,
      where,
      why,
      todo: "put the file there, or log in again",
    });
  }
}

function impersonationOf(user: Entry): Readonly<Record<string, string | readonly string[]>> {
  const name = textIn(user, "as");
  const uid = textIn(user, "as-uid");
  const groups = textsIn(user.body["as-groups"]);
  const extra = user.body["as-user-extra"];
  return {
    ...(name === null ? {} : { "impersonate-user": name }),
    ...(uid === null ? {} : { "impersonate-uid": uid }),
    ...(groups.length === 0 ? {} : { "impersonate-group": groups }),
    ...Object.fromEntries(
      Object.entries(isJsonObject(extra) ? extra : {}).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key)}`,
        textsIn(values),
      ]),
    ),
  };
}

function textsIn(value: Json | undefined): string[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).filter((each) => typeof each === "string");
}
