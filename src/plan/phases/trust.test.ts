// trust and network: what is added to a CA bundle and to a control plane, and nothing else.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import { encodeText } from "../../core/base64.ts";
import { guideConfig } from "../../../test/support/guide-config.ts";
import { planOf } from "../../../test/support/example.ts";
import { phaseSteps, textOf } from "../../../test/support/seen.ts";
import {
  added,
  changed,
  kubeObject,
  makeWorld,
  type MeshOf,
  named,
  pem,
  twoMeshes,
} from "../../../test/support/world.ts";
import type { Step } from "../plan.ts";

const map = "west ConfigMap istio-system/istio-ca-root-cert";

/** The bundles that a plan writes, by cluster. */
function bundles(inputs: readonly ClusterInput[]): Record<string, string> {
  const written: Record<string, string> = {};
  for (const { action } of phaseSteps(planOf(inputs), "trust")) {
    if (action.do !== "patch") continue;
    const replaced = action.ops.find(({ op }) => op === "replace");
    if (replaced && "value" in replaced) written[action.ref.cluster] = textOf(replaced.value);
  }
  return written;
}

/** Meshes in a row, each importing from the next. */
function row(keys: readonly string[], over: Partial<MeshOf> = {}): ClusterInput[] {
  return makeWorld({
    meshes: keys.map(
      (key): MeshOf => ({ key, clients: ["app"], services: [{ namespace: "srv", name: "one" }], ...over }),
    ),
    links: keys.slice(1).map((key, index) => ({
      between: [keys[index] ?? "", key],
      exports: [null, [named("srv", "one")]],
      imports: [[named("*", "*")], null],
    })),
  });
}

describe("the combined bundle", () => {
  test("is the own bytes, unchanged, and the partner's root behind them", () => {
    expect(bundles(twoMeshes())).toEqual({
      east: encodeText(pem("east") + pem("west")),
      west: encodeText(pem("west") + pem("east")),
    });
  });

  test("keeps own bytes of any form; a missing newline is put between", () => {
    const odd = `# our root, 2021\r\n${pem("west").trim()}`;
    expect(bundles(changed(twoMeshes(), map, { "/data/root-cert.pem": odd }))["west"]).toBe(
      encodeText(`${odd}\n${pem("east")}`),
    );
  });

  test("takes only certificates of a partner, each once", () => {
    const noisy = `# comment\n${pem("west")}${pem("west-next")}${pem("west")}`;
    expect(bundles(changed(twoMeshes(), map, { "/data/root-cert.pem": noisy }))["east"]).toBe(
      encodeText(pem("east") + pem("west") + pem("west-next")),
    );
  });

  test("is not needed with a shared root", () => {
    expect(phaseSteps(planOf(row(["a", "b"], { root: "common" })), "trust")).toEqual([]);
  });

  test("holds the roots of partners, not of their partners", () => {
    expect(bundles(row(["a", "b", "c"]))).toEqual({
      a: encodeText(pem("a") + pem("b")),
      b: encodeText(pem("b") + pem("a") + pem("c")),
      c: encodeText(pem("c") + pem("b")),
    });
  });

  test("planned again after some meshes have theirs is what it was for the others", () => {
    const half = changed(row(["a", "b", "c"]), "b ConfigMap istio-system/istio-ca-root-cert", {
      "/data/root-cert.pem": pem("b") + pem("a") + pem("c"),
    });
    expect(bundles(half)).toEqual({ a: encodeText(pem("a") + pem("b")), c: encodeText(pem("c") + pem("b")) });
  });
});

describe("steps of trust", () => {
  const ids = (restartProxies: boolean): string[] =>
    phaseSteps(planOf(twoMeshes(), { ...guideConfig, trust: { order: "combined-root", restartProxies } }), "trust").map(
      ({ id }) => id.replace("trust/", ""),
    );

  test("never restart two istiods at the same time, and wait for proxies of several meshes at once", () => {
    expect(ids(false)).toEqual(
      ["east", "west"].flatMap((cluster) => [
        `patch/${cluster}/Secret/istio-system/cacerts`,
        `restart/${cluster}/Deployment.apps/istio-system/istiod-basic`,
        `wait/${cluster}/istio-system/basic`,
      ]),
    );
    const [patchEast, east, waitEast, patchWest, west, waitWest] = phaseSteps(planOf(twoMeshes()), "trust");
    expect([patchEast, east, waitEast, patchWest].map((step) => step?.after)).toEqual([
      [],
      [patchEast?.id],
      [east?.id],
      [],
    ]);
    expect([west?.after, west?.apart, waitWest?.after]).toEqual([[patchWest?.id, east?.id], [east?.id], [west?.id]]);
  });

  test("still wait for the proxies where every bundle is complete already, and are none where one root serves all", () => {
    const complete = ["east", "west"].reduce(
      (world, cluster) =>
        changed(world, `${cluster} ConfigMap istio-system/istio-ca-root-cert`, {
          "/data/root-cert.pem": pem(cluster) + pem(cluster === "east" ? "west" : "east"),
        }),
      twoMeshes(),
    );
    expect(phaseSteps(planOf(complete), "trust").map(({ id }) => id)).toEqual([
      "trust/wait/east/istio-system/basic",
      "trust/wait/west/istio-system/basic",
    ]);
    const shared = twoMeshes({ east: { root: "both" }, west: { root: "both" } });
    expect(phaseSteps(planOf(shared), "trust")).toEqual([]);
  });

  test("restart every proxy where that is asked for, gateways included", () => {
    expect(ids(true).filter((id) => id.startsWith("restart/west"))).toEqual([
      "restart/west/Deployment.apps/istio-system/istiod-basic",
      "restart/west/Deployment.apps/istio-system/federation-egress",
      "restart/west/Deployment.apps/istio-system/federation-ingress",
      "restart/west/Deployment.apps/sales/orders",
      "restart/west/Deployment.apps/sales/stock",
    ]);
  });

  test("are guarded by the old bytes, and undone to them", () => {
    const [step] = phaseSteps(planOf(twoMeshes()), "trust");
    expect(step?.action.do === "patch" && step.action.ops[0]).toEqual({
      op: "test",
      path: "/data/root-cert.pem",
      value: encodeText(pem("east")),
    });
    expect(step?.undo).toMatchObject({
      how: "actions",
      actions: [
        { ops: [{ op: "test" }, { op: "replace", value: encodeText(pem("east")) }, { op: "test" }, { op: "remove" }] },
      ],
    });
  });

  test("and undone for good once istiod has published the old ones", () => {
    const [, restart] = phaseSteps(planOf(twoMeshes()), "trust");
    const ref = { cluster: "east", kind: "ConfigMap", namespace: "istio-system", name: "istio-ca-root-cert" };
    const done = { kind: "field", ref, pointer: "/data/root-cert.pem", is: "equal", value: pem("east") };
    expect(restart).toMatchObject({ action: { do: "restart" }, undo: { how: "wait", done, otherwise: "stop" } });
  });
});

describe("network", () => {
  const control = (cluster: string): string => `${cluster} ServiceMeshControlPlane istio-system/basic`;
  const patches = (inputs: readonly ClusterInput[]): Record<string, unknown> =>
    Object.fromEntries(
      phaseSteps(planOf(inputs), "network").flatMap(({ action }) =>
        action.do === "patch" ? [[action.ref.cluster, action.ops.filter(({ op }) => op !== "test")]] : [],
      ),
    );
  const env = {
    runtime: { components: { pilot: { container: { env: { PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "true" } } } } },
  };
  const aliases = (...names: readonly string[]) => ({
    op: "add",
    path: "/spec/techPreview",
    value: { meshConfig: { trustDomainAliases: names } },
  });
  const discovery = { op: "add", path: "/spec/runtime", value: env.runtime };

  test("patches aliases on both sides, gateway discovery on the importer's", () => {
    expect(patches(twoMeshes())).toEqual({
      east: [discovery, aliases("west.example")],
      west: [aliases("east.example")],
    });
  });

  test("leaves alone what is so already", () => {
    const done = { ...env, techPreview: { meshConfig: { trustDomainAliases: ["west.example", "other"] } } };
    expect(patches(twoMeshes({ east: { spec: done } }))).toEqual({ west: [aliases("east.example")] });
  });

  test("adds to a list of aliases, in additionalDomains where these are in force", () => {
    const trust = { domain: "east.example", additionalDomains: ["old.example"] };
    const inputs = twoMeshes({
      east: {
        spec: {
          ...env,
          security: { trust, manageNetworkPolicy: false },
          techPreview: { meshConfig: { trustDomainAliases: ["x"] } },
        },
      },
    });
    expect(patches(inputs)["east"]).toEqual([
      { op: "replace", path: "/spec/security/trust/additionalDomains", value: ["old.example", "west.example"] },
    ]);
    const empty = changed(inputs, control("east"), { "/spec/security/trust/additionalDomains": [] });
    expect(patches(empty)["east"]).toEqual([
      { op: "replace", path: "/spec/techPreview/meshConfig/trustDomainAliases", value: ["x", "west.example"] },
    ]);
  });

  test("sets a network where there is none, below whatever parents exist", () => {
    expect(patches(twoMeshes({ west: { network: null } }))["west"]).toContainEqual({
      op: "add",
      path: "/spec/cluster/network",
      value: "network-west",
    });
    const bare = changed(twoMeshes({ west: { network: null } }), control("west"), { "/spec/cluster": null });
    expect(patches(bare)["west"]).toContainEqual({
      op: "replace",
      path: "/spec/cluster",
      value: { network: "network-west" },
    });
  });

  test("turns gateway discovery on beside other settings, and over false", () => {
    const settings = (value: object) =>
      changed(twoMeshes(), control("east"), {
        "/spec/runtime": { components: { pilot: { container: { env: { ...value } } } } },
      });
    const path = "/spec/runtime/components/pilot/container/env/PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API";
    expect(patches(settings({ OTHER: "1" }))["east"]).toContainEqual({ op: "add", path, value: "true" });
    expect(patches(settings({ PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "false" }))["east"]).toContainEqual({
      op: "replace",
      path,
      value: "true",
    });
  });

  test("asks for no alias within one trust domain", () => {
    expect(patches(row(["a", "b"], { trustDomain: "cluster.local" }))).toEqual({ a: [discovery] });
  });

  const restarted = (inputs: readonly ClusterInput[]): string[] =>
    phaseSteps(planOf(inputs), "network").flatMap(({ action }: Step) =>
      action.do === "restart" ? [`${action.workload.namespace}/${action.workload.name}`] : [],
    );

  test("restarts the importer's clients whose running proxies have no network, or another", () => {
    expect(restarted(twoMeshes())).toEqual([]);
    expect(restarted(twoMeshes({ east: { network: null } }))).toEqual(["shop/caller", "till/caller"]);
    expect(
      restarted(
        changed(twoMeshes(), "east Pod till/caller-5d4f-0", {
          "/spec/containers": [{ name: "istio-proxy", env: [{ name: "ISTIO_META_NETWORK", value: "old" }] }],
        }),
      ),
    ).toEqual(["till/caller"]);
    expect(restarted(twoMeshes({ west: { network: null } }))).toEqual([]);
    const ended = kubeObject("east", "v1", "Pod", "shop", "job", {
      spec: { containers: [{ name: "istio-proxy" }] },
      status: { phase: "Succeeded" },
    });
    expect(restarted(added(twoMeshes(), ended))).toEqual([]);
  });

  test("is one mesh after the other, never both ends of a link together", () => {
    const patched = phaseSteps(planOf(row(["a", "b", "c"])), "network").filter(({ action }) => action.do === "patch");
    expect(patched.map(({ after }) => after.length)).toEqual([0, 1, 1]);
    patched.slice(1).forEach(({ after }, index) => expect(after).toEqual([patched[index]?.id]));
  });
});
