// What of federation goes, and what stays: sets per link, peers per group of meshes, gateways and roots at the very end.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../../core/cluster.ts";
import { guideConfig } from "../../../test/support/guide-config.ts";
import type { Condition } from "../../conditions/condition.ts";
import { partsOf } from "../../conditions/judge.ts";
import { refText } from "../../core/object-ref.ts";
import { planOf, stepsOf } from "../../../test/support/example.ts";
import { applyPatch } from "../../../test/support/apply-patch.ts";
import { ofCode, phaseSteps, textOf } from "../../../test/support/seen.ts";
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
import type { Plan, Step } from "../plan.ts";

/** Meshes in a row; the second imports from both its neighbours. */
function row(over: Partial<MeshOf> = {}): ClusterInput[] {
  return makeWorld({
    meshes: ["a", "b", "c"].map(
      (key): MeshOf => ({
        key,
        clients: ["x"],
        services: [{ namespace: "srv", name: key }],
        ...(key === "c" ? over : {}),
      }),
    ),
    links: [
      { between: ["a", "b"], exports: [[named("srv", "a")], null], imports: [null, [named("*", "*")]] },
      { between: ["b", "c"], exports: [null, [named("srv", "c")]], imports: [[named("*", "*")], null] },
    ],
  });
}

function deleted(plan: Plan): string[] {
  return stepsOf(plan).flatMap(({ action }) =>
    action.do === "delete"
      ? [refText(action.ref)]
      : action.do === "delete-together"
        ? action.refs.map((ref) => refText(ref))
        : [],
  );
}

function drained(plan: Plan): string[] {
  const flat = (condition: Condition): readonly Condition[] =>
    condition.kind === "all" ? condition.of.flatMap(flat) : [condition];
  return stepsOf(plan).flatMap(({ done }) =>
    flat(done).flatMap((each) => (each.kind === "drained" ? each.workloads.map((ref) => refText(ref)) : [])),
  );
}

function step(plan: Plan, id: string): Step {
  const found = stepsOf(plan).find((each) => each.id.includes(id));
  if (!found) throw new Error(`no step ${id}`);
  return found;
}

test("everything goes where everything is carried", () => {
  expect(deleted(planOf(row()))).toEqual([
    "a: ExportedServiceSet istio-system/b-mesh",
    "c: ExportedServiceSet istio-system/b-mesh",
    "b: ImportedServiceSet istio-system/a-mesh",
    "b: ImportedServiceSet istio-system/c-mesh",
    "a: ServiceMeshPeer istio-system/b-mesh",
    "b: ServiceMeshPeer istio-system/a-mesh",
    "b: ServiceMeshPeer istio-system/c-mesh",
    "c: ServiceMeshPeer istio-system/b-mesh",
    "a: ConfigMap istio-system/b-mesh-ca-root-cert",
    "b: ConfigMap istio-system/a-mesh-ca-root-cert",
    "b: ConfigMap istio-system/c-mesh-ca-root-cert",
    "c: ConfigMap istio-system/b-mesh-ca-root-cert",
  ]);
});

describe("a host that stays keeps its link, and the group of its meshes", () => {
  const inputs = changed(row(), "c Pod srv/c-5d4f-0", { "/spec/containers": [{ name: "app" }] });
  const plan = planOf(inputs);

  test("the other link's sets go, no peer does", () => {
    expect(deleted(plan)).toEqual([
      "a: ExportedServiceSet istio-system/b-mesh",
      "b: ImportedServiceSet istio-system/a-mesh",
    ]);
  });
  test("both links say why they stay", () => {
    expect(ofCode(plan.findings, "MF310").map(({ params }) => params["reason"])).toEqual([
      "its sets go, but a mesh of it has another link that stays, or a peer without a known other end",
      "not carried over: c.srv.svc.c-mesh-imports.local",
    ]);
  });
  test("gateways that the staying link uses too are not waited for: they will not be idle", () => {
    expect(drained(plan)).toEqual([
      "a: Deployment istio-system/federation-egress",
      "a: Deployment istio-system/federation-ingress",
    ]);
    expect(drained(planOf(row()))).toHaveLength(6);
  });
});

test("a peer without a known other end keeps its mesh's group", () => {
  const alone = planOf(row().filter(({ id }) => id !== "c"));
  expect(deleted(alone)).toEqual([
    "a: ExportedServiceSet istio-system/b-mesh",
    "b: ImportedServiceSet istio-system/a-mesh",
  ]);
  expect(ofCode(alone.findings, "MF310")).toHaveLength(1);
});

describe("a link of which it is not known what is imported stays", () => {
  const bare = (coverage: "listed" | "not-supplied") =>
    changed(twoMeshes(), "east ImportedServiceSet istio-system/west-mesh", undefined).map((input) => ({
      ...input,
      coverage: { ...input.coverage, "ImportedServiceSet.federation.maistra.io": coverage },
    }));

  test("because no import sets were supplied", () => {
    const plan = planOf(bare("not-supplied"));
    expect(deleted(plan)).toEqual([]);
    expect(ofCode(plan.findings, "MF310").map(({ params }) => textOf(params["reason"]).slice(0, 40))).toEqual([
      "what it carries is not known, because an",
    ]);
  });
  test("because the set cannot be read", () => {
    expect(
      deleted(
        planOf(changed(twoMeshes(), "east ImportedServiceSet istio-system/west-mesh", { "/spec/importRules": "all" })),
      ),
    ).toEqual([]);
  });
  test("but not where it is known that there is none", () => {
    expect(deleted(planOf(bare("listed")))).toContain("west: ExportedServiceSet istio-system/east-mesh");
  });
});

describe("the order", () => {
  const plan = planOf(row(), { ...guideConfig, trust: { order: "combined-root", restartProxies: true } });

  test("export sets go after the drain, peers after the question, gateways and roots after the proof", () => {
    for (const { id, after } of phaseSteps(plan, "retire-exports").filter(({ action }) => action.do === "delete"))
      expect([id, after]).toEqual([id, ["retire-exports/wait/drain"]]);
    const together = step(plan, "retire-peers/delete-together");
    expect(together.after).toEqual([step(plan, "retire-peers/confirm").id]);
    expect(together.action.do === "delete-together" && together.action.withinMs).toBe(30_000);
    const proof = step(plan, "retire-peers/wait/proof").id;
    for (const { id, after, action } of phaseSteps(plan, "retire-peers")) {
      if (action.do === "patch" || action.do === "delete") expect([id, after.includes(proof)]).toEqual([id, true]);
    }
  });

  test("the proof comes after istiods, which no link joins any more, and then fresh proxies", () => {
    const proof = step(plan, "retire-peers/wait/proof");
    const restarts = phaseSteps(plan, "retire-peers").filter(({ action }) => action.do === "restart");
    const istiods = restarts.filter(({ id }) => id.includes("istiod"));
    expect(istiods.map(({ id }) => id.split("/")[2])).toEqual(["a", "b", "c"]);
    for (const { after } of istiods) expect(after).toEqual([step(plan, "retire-peers/delete-together").id]);
    const proxies = restarts.filter(({ id }) => !id.includes("istiod"));
    expect(proof.after).toEqual(proxies.map(({ id }) => id));
    for (const { after } of proxies) expect(after).toEqual(istiods.map(({ id }) => id));
    const [last, ...gone] = partsOf(proof.done).toReversed();
    expect(last).toEqual({ kind: "reachable", probes: "b/istio-system/basic#all", fresh: true });
    expect(gone.map((part) => part.kind)).toEqual(["absent", "absent", "absent", "absent"]);
  });

  test("phases that cannot simply be undone say so", () => {
    expect(plan.phases.filter(({ reversible }) => !reversible).map(({ id }) => id)).toEqual(["retire-peers"]);
  });
});

describe("leftovers", () => {
  const patched = (inputs: readonly ClusterInput[]): unknown => {
    const found = stepsOf(planOf(inputs)).find(
      ({ action, id }) => id.startsWith("retire-peers") && action.do === "patch" && action.ref.cluster === "west",
    );
    const body = inputs
      .find(({ id }) => id === "west")
      ?.objects.find(({ ref }) => ref.kind === "ServiceMeshControlPlane")?.body;
    if (!found || !body || found.action.do !== "patch" || found.undo.how !== "actions") return null;
    const after = applyPatch(body, found.action.ops);
    const [back] = found.undo.actions;
    expect(back?.do === "patch" && applyPatch(after, back.ops)).toEqual(body);
    return (after as { readonly spec: { readonly gateways: unknown } }).spec.gateways;
  };
  const control = "west ServiceMeshControlPlane istio-system/basic";

  test("are the federation gateways, and the maps that held them", () => {
    expect(patched(twoMeshes())).toEqual({ ingress: { enabled: false }, egress: { enabled: false } });
  });
  test("are not gateways that no peer names", () => {
    const mine = { enabled: true };
    expect(
      patched(
        changed(twoMeshes(), control, {
          "/spec/gateways/additionalIngress/mine": mine,
          "/spec/gateways/ingress": mine,
        }),
      ),
    ).toEqual({
      additionalIngress: { mine },
      ingress: mine,
      egress: { enabled: false },
    });
  });
  test("need no patch where the peers' gateways are not in the control plane", () => {
    expect(
      patched(
        changed(twoMeshes(), control, { "/spec/gateways": { additionalIngress: {}, additionalEgress: { mine: {} } } }),
      ),
    ).toBeNull();
  });
  test("are waited for where the gateways run", () => {
    const moved = changed(twoMeshes(), control, {
      "/spec/gateways/additionalIngress/federation-ingress/namespace": "edge",
    });
    const inEdge = added(
      moved,
      kubeObject("west", "v1", "Service", "edge", "federation-ingress", {
        spec: { type: "LoadBalancer" },
        status: { loadBalancer: { ingress: [{ hostname: "west.lb.example" }] } },
      }),
    );
    expect(JSON.stringify(step(planOf(inEdge), "retire-peers/patch/west").done)).toContain(
      '"namespace":"edge","name":"federation-ingress"',
    );
    expect(drained(planOf(inEdge))).toContain("west: Deployment edge/federation-ingress");
  });
  test("never include istiod's own ConfigMap, which a peer of the same root may name", () => {
    const shared = changed(
      twoMeshes({ east: { root: "common" }, west: { root: "common" } }),
      "west ServiceMeshPeer istio-system/east-mesh",
      {
        "/spec/security/certificateChain/name": "istio-ca-root-cert",
      },
    );
    expect(deleted(planOf(shared)).filter((text) => text.includes("ConfigMap"))).toEqual([
      "east: ConfigMap istio-system/west-mesh-ca-root-cert",
    ]);
  });
});

test("an import set that comes back is woken up by a change of its rules that changes nothing", () => {
  const found = step(planOf(twoMeshes()), "retire-imports/delete");
  const body = twoMeshes()[0]?.objects.find(({ ref }) => ref.kind === "ImportedServiceSet")?.body;
  if (!body || found.undo.how !== "restore") throw new Error("no way back");
  const states = found.undo.also.map((action) => (action.do === "patch" ? action.ops : []));
  const [on, off] = states;
  const moved = applyPatch(body, on ?? []);
  expect(moved).not.toEqual(body);
  expect(applyPatch(moved, off ?? [])).toEqual(body);
});

test("roots are unknown: nothing is written to a Secret, and it is said", () => {
  const plan = planOf(
    changed(twoMeshes(), "west ConfigMap istio-system/istio-ca-root-cert", { "/data": { other: pem("west") } }),
  );
  expect(phaseSteps(plan, "trust")).toEqual([]);
  expect(ofCode(plan.findings, "MF054")).toHaveLength(1);
});

describe("nobody loses the new path by undo before federation has its hosts again", () => {
  const set = "b ImportedServiceSet istio-system/a-mesh";
  const rows = (...hostnames: readonly string[]) => ({
    "/status": { importedServices: hostnames.map((hostname) => ({ exportedName: "x", localService: { hostname } })) },
  });
  const waited = (inputs: readonly ClusterInput[]) => step(planOf(inputs), "retire-exports/wait/drain").undo;

  test("those of carried routes that the import sets name now", () => {
    const inputs = changed(row(), set, rows("a.srv.svc.a-mesh-imports.local", "", "else.local"));
    expect(waited(inputs)).toMatchObject({
      how: "wait",
      otherwise: "stop",
      done: { kind: "imported", ref: { cluster: "b", name: "a-mesh" }, hosts: ["a.srv.svc.a-mesh-imports.local"] },
    });
  });
  test("a status that names none now is not waited for", () => {
    expect(waited(changed(row(), set, rows("", "else.local")))).toEqual({ how: "none", needed: false });
  });
  test("and a wave's clients are seen to be off the gateways before these go", () => {
    const [egress] = phaseSteps(planOf(row()), "import").filter(({ id }) => id.includes("/egress/"));
    expect(egress?.undo).toMatchObject({
      how: "wait",
      otherwise: "go-on",
      done: { kind: "endpoints", via: "federation" },
    });
  });
});
