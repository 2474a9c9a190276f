// Kubeconfigs as kubectl reads them: merged, relative to their files, and with words for what is wrong.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { clusterId } from "../../core/ids.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { contextIn, openCluster } from "./open-cluster.ts";

function folder(files: Readonly<Record<string, unknown>>): string {
  const made = mkdtempSync(join(tmpdir(), "meshferry-kubeconfig-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(made, name, ".."), { recursive: true });
    writeFileSync(join(made, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return made;
}

const config = (name: string, server: string, more: object = {}) => ({
  clusters: [{ name, cluster: { server } }],
  users: [{ name, user: { token: `of-${name}` } }],
  contexts: [{ name, context: { cluster: name, user: name, namespace: "home" } }],
  "current-context": name,
  ...more,
});

const open = async (cwd: string, context: string | null, kubeconfigs: readonly string[], env = {}) => {
  const opened = await openCluster({ id: clusterId("east"), context, kubeconfigs }, { env, cwd });
  onTestFinished(async () => opened.client.close());
  return opened;
};

test("of several files the first that names a thing counts, and the first current context", async () => {
  const cwd = folder({
    one: { ...config("a", "https://one.test"), "current-context": "" },
    two: config("a", "https://two.test"),
  });
  const extra = folder({ three: config("b", "https://three.test") });
  const env = { KUBECONFIG: ["one", "missing", "two", join(extra, "three")].join(":") };
  const { contexts, clusters, currentContext } = await readKubeconfig([], { env, cwd });
  expect([[...contexts.keys()], currentContext]).toEqual([["a", "b"], "a"]);
  expect(clusters.get("a")).toEqual({ body: { server: "https://one.test" }, folder: cwd });
  expect(clusters.get("b")?.folder).toBe(extra);
  // A context may name a cluster and a user of another file.
  expect((await open(cwd, "b", [], env)).client.at).toBe("context b (https://three.test)");
});

test("without KUBECONFIG it is ~/.kube/config; files that are named come first, and have to be there", async () => {
  const cwd = folder({
    ".kube/config": config("home", "https://home.test"),
    other: config("other", "https://other.test"),
  });
  const env = { HOME: cwd };
  expect((await open(cwd, null, [], env)).client.at).toBe("context home (https://home.test)");
  expect(await open(cwd, null, ["other"], env)).toMatchObject({
    client: { at: "context other (https://other.test)" },
    namespace: "home",
    insecure: false,
  });
  await expect(open(cwd, null, ["missing"], env)).rejects.toMatchObject({
    what: "a kubeconfig cannot be read",
    where: join(cwd, "missing"),
    why: "no such file",
  });
  await expect(open(cwd, null, [], { HOME: join(cwd, "nobody") })).rejects.toMatchObject({
    what: "there is no kubeconfig",
  });
});

test("what is wrong is said, with the contexts that there are, and without a file's content", async () => {
  const cwd = folder({
    good: config("a", "https://a.test"),
    broken: "token: {canary-token\n",
    list: "[]",
    none: config("a", "https://a.test", { "current-context": "" }),
    noserver: config("a", "a.test"),
    nouser: config("a", "https://a.test", { users: [] }),
    nocluster: config("a", "https://a.test", { clusters: [] }),
    socks: config("a", "https://a.test", {
      clusters: [{ name: "a", cluster: { server: "https://a.test", "proxy-url": "socks5://p" } }],
    }),
    ca: config("a", "https://a.test", {
      clusters: [{ name: "a", cluster: { server: "https://a.test", "certificate-authority": "no.crt" } }],
    }),
    half: config("a", "https://a.test", { users: [{ name: "a", user: { "client-certificate-data": "eA==" } }] }),
    gcp: config("a", "https://a.test", { users: [{ name: "a", user: { "auth-provider": { name: "gcp" } } }] }),
  });
  const trouble = async (file: string, context: string | null = null) =>
    open(cwd, context, [file]).then(
      () => "none",
      (error: unknown) => (error instanceof Error ? error.message.replaceAll(cwd, "") : String(error)),
    );
  expect(await trouble("good", "b")).toBe("there is no context b: good: there are: a");
  expect(await trouble("broken")).toBe("a kubeconfig is not YAML: /broken");
  expect(await trouble("list")).toBe("a kubeconfig is not an object: /list");
  expect(await trouble("none")).toBe("the kubeconfig has no current context: none");
  expect(await trouble("noserver")).toBe("the cluster of context a has no URL of a server: noserver");
  expect(await trouble("nouser")).toBe("the user of context a is missing: nouser: no entry a in users");
  expect(await trouble("nocluster")).toBe("the cluster of context a is missing: nocluster: no entry a in clusters");
  expect(await trouble("socks")).toBe(
    "the proxy's URL is not one of http or https: context a in socks: SOCKS is not supported",
  );
  expect(await trouble("ca")).toBe("certificate-authority cannot be read: context a in ca: /no.crt: no such file");
  expect(await trouble("half")).toBe("a client certificate without its key: context a in half");
  expect(await trouble("gcp")).toBe("the auth-provider gcp is not supported: context a in gcp");
});

test("a control plane behind a context is told from a context with colons and slashes", async () => {
  const contexts = ["a", "mesh/api-east", "mesh/api-east:6443/admin", "mesh/api-east:6443/kube:admin"].map((name) => ({
    name,
    context: {},
  }));
  const cwd = folder({ file: { contexts, "current-context": "a" } });
  const split = async (written: string) => {
    const { context, controlPlane } = await contextIn(written, ["file"], { env: {}, cwd });
    return [context, controlPlane];
  };
  expect(await split("a")).toEqual(["a", null]);
  expect(await split("")).toEqual([null, null]);
  expect(await split("a:istio-system/basic")).toEqual(["a", "istio-system/basic"]);
  expect(await split(":istio-system/basic")).toEqual([null, "istio-system/basic"]);
  expect(await split("mesh/api-east:6443/admin")).toEqual(["mesh/api-east:6443/admin", null]);
  expect(await split("mesh/api-east:6443/kube:admin")).toEqual(["mesh/api-east:6443/kube:admin", null]);
  expect(await split("mesh/api-east:6443/admin:istio-system/basic")).toEqual([
    "mesh/api-east:6443/admin",
    "istio-system/basic",
  ]);
  // Not there as a whole, nor before the colon: said as it was written.
  expect(await split("b:istio-system/basic")).toEqual(["b:istio-system/basic", null]);
});
