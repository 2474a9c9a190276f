// Who asks, in every way that a kubeconfig can say it, as a server sees it.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import { AddressTrouble } from "../../src/kube/live/address-trouble.ts";
import { ApiFailure } from "../../src/kube/live/api-failure.ts";
import { openCluster } from "../../src/kube/live/open-cluster.ts";
import { discovery, page, playServer, refusal } from "./play-server.ts";

const configMap = { group: "", kind: "ConfigMap", plural: "configmaps" };

/** A cluster whose user is written so; it takes what `accepts` says, and every list is answered. */
async function world(user: object, accepts: (authorization: string) => boolean = () => true) {
  const discovered = discovery([configMap]);
  const server = await playServer((asked) =>
    accepts(asked.headers.authorization ?? "") ? (discovered(asked) ?? page([])) : refusal(401, "Unauthorized"),
  );
  const folder = mkdtempSync(join(tmpdir(), "meshferry-user-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "config");
  const config = {
    clusters: [{ name: "c", cluster: { server: server.url } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  writeFileSync(file, JSON.stringify(config));
  const list = async (client: Awaited<ReturnType<typeof open>>) => client.list(configMap);
  const open = async () => {
    const env = { PATH: process.env["PATH"], OURS: "ours" };
    const { client } = await openCluster(
      { id: clusterId("east"), context: null, kubeconfigs: [file] },
      { env, cwd: "/" },
    );
    onTestFinished(async () => client.close());
    return client;
  };
  const sent = () => server.asked.map(({ headers }) => headers.authorization);
  return { server, folder, open, list, sent };
}

/** A plugin that writes down each run, and prints what stands in the file `answer`. */
function plugin(folder: string, script = "cat answer"): void {
  const text = `#!/bin/sh\ncd "$(dirname "$0")"\necho "$KUBERNETES_EXEC_INFO $OURS $GIVEN $1" >> runs\n${script}\n`;
  writeFileSync(join(folder, "plugin.sh"), text);
  chmodSync(join(folder, "plugin.sh"), 0o755);
}

const runs = (folder: string) =>
  existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").trim().split("\n") : [];

const answer = (folder: string, status: object, apiVersion = "client.authentication.k8s.io/v1") =>
  writeFileSync(join(folder, "answer"), JSON.stringify({ apiVersion, kind: "ExecCredential", status }));

const exec = {
  apiVersion: "client.authentication.k8s.io/v1",
  command: "./plugin.sh",
  args: ["get-token"],
  env: [{ name: "GIVEN", value: "given" }],
  interactiveMode: "Never",
};

test("a token, a user with a password, impersonation", async () => {
  const token = await world({
    token: "of-me",
    as: "other",
    "as-groups": ["g", "h"],
    "as-user-extra": { "a/b": ["1"] },
  });
  await token.list(await token.open());
  expect(token.server.asked[0]?.headers).toMatchObject({
    authorization: "Bearer of-me",
    "impersonate-user": "other",
    "impersonate-group": "g, h",
    "impersonate-extra-a%2fb": "1",
  });
  const basic = await world({ username: "me", password: "word" });
  await basic.list(await basic.open());
  expect(basic.sent()[0]).toBe(`Basic ${Buffer.from("me:word").toString("base64")}`);
});

test("a token that is refused has nothing to be replaced by", async () => {
  const { open, list, sent } = await world({ token: "old" }, () => false);
  await expect(list(await open())).rejects.toMatchObject({ reason: "unauthorized", status: 401 });
  expect(new Set(sent())).toEqual(new Set(["Bearer old"]));
});

test("a token's file is beside the kubeconfig, goes before a token, and is read again when it is refused", async () => {
  const { open, list, sent, folder } = await world(
    { tokenFile: "token", token: "never" },
    (text) => text !== "Bearer old",
  );
  writeFileSync(join(folder, "token"), "first\n");
  const client = await open();
  await list(client);
  writeFileSync(join(folder, "token"), "second\n");
  await list(client);
  expect(new Set(sent())).toEqual(new Set(["Bearer first"]));
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  await list(client);
  expect(sent().at(-1)).toBe("Bearer second");
  writeFileSync(join(folder, "token"), "");
  vi.setSystemTime(Date.now() + 61_000);
  await list(client);
  expect(sent().at(-1)).toBe("Bearer never");
});

test("a refused token of a file is replaced by what the file holds by then", async () => {
  let good = "first";
  const { open, list, sent, folder } = await world({ tokenFile: "token" }, (text) => text === `Bearer ${good}`);
  writeFileSync(join(folder, "token"), "first");
  const client = await open();
  await list(client);
  good = "second";
  await expect(list(client)).rejects.toMatchObject({ reason: "unauthorized" });
  writeFileSync(join(folder, "token"), "second");
  await list(client);
  expect(sent().slice(-2)).toEqual(["Bearer first", "Bearer second"]);
  rmSync(join(folder, "token"));
  good = "third";
  await expect(list(client)).rejects.toMatchObject({
    reason: "unauthorized",
    cause: { what: "there is no token", why: `${join(folder, "token")} is missing or empty` },
  });
});

test("an exec plugin is run once, with what it is owed, and again when its token ends or is refused", async () => {
  let good = "one";
  const { open, list, sent, folder } = await world({ exec }, (text) => text === `Bearer ${good}`);
  plugin(folder);
  answer(folder, { token: "one" });
  const client = await open();
  await Promise.all([list(client), list(client), list(client)]);
  await list(client);
  const info = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}';
  expect(runs(folder)).toEqual([`${info} ours given get-token`]);
  // Refused: asked again, and the requests repeated; three at once run it once.
  good = "two";
  answer(folder, { token: "two", expirationTimestamp: new Date(Date.now() + 1_000).toISOString() });
  await Promise.all([list(client), list(client), list(client)]);
  expect([runs(folder).length, sent().filter((each) => each === "Bearer two").length]).toEqual([2, 3]);
  // Ended by its own word: asked again before anything is sent.
  good = "three";
  answer(folder, { token: "three" });
  vi.useFakeTimers({ now: Date.now() + 2_000, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const before = sent().length;
  await list(client);
  expect([runs(folder).length, sent().slice(before)]).toEqual([3, ["Bearer three"]]);
});

test("a token that has ended as it comes, by a clock that is not the server's, is used until it is refused", async () => {
  const { open, list, folder, sent } = await world({ exec }, (authorization) => authorization === "Bearer one");
  plugin(folder);
  answer(folder, { token: "one", expirationTimestamp: new Date(Date.now() - 600_000).toISOString() });
  const client = await open();
  await list(client);
  await list(client);
  expect([runs(folder).length, new Set(sent())]).toEqual([1, new Set(["Bearer one"])]);
});

test("an exec plugin that goes on giving a token that is refused is not run for ever", async () => {
  const { open, list, folder } = await world({ exec }, () => false);
  plugin(folder);
  answer(folder, { token: "bad" });
  await expect(list(await open())).rejects.toMatchObject({ reason: "unauthorized" });
  // Discovery asks for two paths at once.
  expect(runs(folder).length).toBeLessThanOrEqual(3);
});

test("what a plugin is told of the cluster, where it asks", async () => {
  const { open, list, folder, server } = await world({ exec: { ...exec, provideClusterInfo: true } });
  plugin(folder);
  answer(folder, { token: "x" });
  await list(await open());
  expect(runs(folder)[0]).toContain(`"cluster":{"server":"${server.url}"}`);
});

test("a plugin that is absent, fails, or prints something else is said to, without what it printed", async () => {
  const failing = async (more: object, script?: string) => {
    const { open, list, folder } = await world({ exec: { ...exec, ...more } });
    if (script !== undefined) plugin(folder, script);
    try {
      await list(await open());
      return "none";
    } catch (error) {
      if (!(error instanceof ApiFailure) || !(error.cause instanceof AddressTrouble)) throw error;
      return [error.message.replace(folder, ""), error.cause.todo];
    }
  };
  const begin = "the exec plugin ./plugin.sh gave no credentials: context x in /config: ";
  const again = "run it yourself, or log in again";
  expect(await failing({ installHint: "Get it from the vendor." })).toEqual([
    `${begin}no such program`,
    "Get it from the vendor.",
  ]);
  expect(await failing({})).toEqual([`${begin}no such program`, "install it"]);
  expect(await failing({}, "echo 'you are logged out' >&2; exit 3")).toEqual([
    `${begin}it ended with exit code 3: you are logged out`,
    again,
  ]);
  expect(await failing({}, "echo canary-token")).toEqual([`${begin}what it prints is no ExecCredential`, again]);
  const other =
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"canary"}}';
  expect(await failing({}, `echo '${other}'`)).toEqual([
    `${begin}it does not answer in client.authentication.k8s.io/v1`,
    again,
  ]);
  const empty = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}';
  expect(await failing({}, `echo '${empty}'`)).toEqual([
    `${begin}its ExecCredential has neither a token nor a certificate with key`,
    again,
  ]);
});
