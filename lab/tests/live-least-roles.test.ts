// The roles that `meshferry rbac` prints for a plan, on a real API server: with them all of it is done, undone and done again; with
// any one verb less nothing is begun.
import { randomBytes } from "node:crypto";
import { load, loadAll } from "js-yaml";
import { expect, test } from "vitest";
import { groupBy } from "../../src/core/order.ts";
import { planJson } from "../../src/present/folder/plan-json.ts";
import { run } from "../../test/cli/run-meshferry.ts";
import type { Manifest } from "../api/live-object.ts";
import { until } from "../machine/until.ts";
import { apiProxy, isWrite } from "./live-api-proxy.ts";
import { clusterDump } from "./live-dump.ts";
import { made } from "./live-made.ts";
import { planFolder } from "./live-run-plan.ts";
import { covers, type Grant, grantAskedFor, grantRoles, grantsOf, grantText, roleFor } from "./live-user.ts";

const newUser = () => `ann-${randomBytes(4).toString("hex")}`;

/** The plan in a folder, the roles that are printed for it, and who may be left out of a verb. */
async function planned(user: string) {
  const here = await made();
  const folder = planFolder({ "plan.json": [...planJson(here.plan)].join("") });
  const { stdout } = await run(folder, ["rbac", "--plan", ".", "-o", "yaml", "--for", `user:${user}`]);
  const manifests = (loadAll(stdout) as (Manifest | null)[]).filter((each) => each !== null);
  const { stdout: json } = await run(folder, ["rbac", "--plan", ".", "-o", "json"]);
  // What has a name in a namespace that the plan makes is granted in the whole cluster.
  const optional = new Set(
    rowsIn(json).flatMap(({ optional: verbs, ...row }) =>
      grants(row, verbs).flatMap((grant) => [grant, { ...grant, namespace: null }].map(grantText)),
    ),
  );
  return { ...here, folder, manifests, optional };
}

interface Row {
  readonly namespace: string | null;
  readonly resource: string;
  readonly names: readonly string[];
  readonly optional: readonly string[];
}

function rowsIn(text: string): readonly Row[] {
  return (load(text) as { clusters: { permissions: Row[] }[] }).clusters.flatMap(({ permissions }) => permissions);
}

function grants({ namespace, resource: whole, names }: Omit<Row, "optional">, verbs: readonly string[]): Grant[] {
  const dot = whole.indexOf(".");
  const [resource, group] = dot < 0 ? [whole, ""] : [whole.slice(0, dot), whole.slice(dot + 1)];
  return verbs.flatMap((verb) =>
    (names.length === 0 ? [null] : names).map((name) => ({ namespace, group, resource, name, verb })),
  );
}

test("with exactly these roles a plan is applied, undone and applied again; each verb in them is used, and no other is asked for", async () => {
  const user = newUser();
  const { shared, folder, manifests, optional } = await planned(user);
  await grantRoles(shared, manifests, user);
  const proxy = await apiProxy(shared.cluster);
  const clusters = ["--mesh", "east=context:east", "--kubeconfig", proxy.kubeconfigFor({ as: user })];
  const call = async (...args: string[]) => run(folder, [...args, ...clusters]);
  const before = await clusterDump(shared.api);
  await until("the roles hold", async () => ((await call("verify", ".")).code === 0 ? true : null), {
    timeoutMs: 10_000,
  });
  // As an earlier run leaves it that could not delete it: it is taken over.
  const metadata = { namespace: "default", name: "meshferry" };
  await shared.api.apply(
    { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: { holderIdentity: "" } },
    "tests",
  );
  proxy.answered.length = 0;

  const forward = async () => {
    const { code, stderr } = await call("apply", ".", "--without-rehearsal");
    expect([code, stderr]).toEqual([0, ""]);
  };
  await forward();
  const after = await clusterDump(shared.api);
  const back = await call("undo", ".", "--to", "start", "--yes");
  expect([back.code, back.stderr]).toEqual([0, ""]);
  expect(await clusterDump(shared.api)).toEqual(before);
  await forward();
  expect(await clusterDump(shared.api)).toEqual(after);

  const requests = [...proxy.answered];
  // Status asks for lists first, which it may only be allowed for reading, and for each object where it is not.
  expect((await call("status", ".")).stdout).toMatch(/shift +ended +1\/1 +1\/1\n/u);
  const given = grantsOf(manifests);
  const asked = requests.flatMap(grantAskedFor);
  expect(requests.filter(({ status }) => status === 403)).toEqual([]);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((each) => !given.some((grant) => covers(grant, each))).map(grantText)).toEqual([]);
  const idle = given.filter((grant) => !asked.some((each) => covers(grant, each)));
  // A watch is begun where something has to be waited for.
  expect(idle.map(grantText).filter((each) => !optional.has(each))).toEqual([]);
  expect(idle.every(({ verb }) => verb === "watch" || verb === "list")).toBe(true);
  expect(asked.some(({ verb }) => verb === "watch")).toBe(true);
}, 240_000);

test("with any one verb less nothing is begun, and what is missing is named", async () => {
  const { shared, folder, manifests, optional } = await planned("nobody");
  const proxy = await apiProxy(shared.cluster);
  const id = randomBytes(4).toString("hex");
  // Objects of one resource in one place stand for one another: their names differ.
  const pairs = [
    ...groupBy(grantsOf(manifests), ({ namespace, group, resource, verb }) =>
      [namespace ?? "", group, resource, verb].join("|"),
    ).values(),
  ];
  const userOf = (index: number) => `ann-${id}-${index}`;
  const others = (index: number) => pairs.flatMap((_, each) => (each === index ? [] : [userOf(each)]));
  const roles = pairs.flatMap((pair, index) =>
    pair.flatMap((grant, place) => roleFor(grant, `least-${id}-${index}-${place}`, others(index))),
  );
  expect(pairs.length).toBeGreaterThan(40);
  await grantRoles(shared, roles, id);
  const before = await clusterDump(shared.api);
  const call = async (index: number, ...args: string[]) =>
    run(folder, [...args, "--mesh", "east=context:east", "--kubeconfig", proxy.kubeconfigFor({ as: userOf(index) })]);
  for (const [index, pair] of pairs.entries()) {
    const [first] = pair;
    if (first === undefined) throw new Error("a group without members");
    const { verb, resource, group, namespace } = first;
    if (optional.has(grantText(first))) continue;
    const what = `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
    const { code, stderr } = await until(
      `only ${what} is missing`,
      async () => {
        const ran = await call(index, "apply", ".", "--without-rehearsal");
        // Roles come to the server's authorizer one after the other.
        return ran.stderr.split("MF923").length > 2 ? null : ran;
      },
      { timeoutMs: 10_000 },
    );
    const said = stderr.replaceAll(/\s+/gu, " ");
    expect([what, code]).toEqual([what, 1]);
    expect(said).toContain(`this user may not ${what}`);
    if (namespace !== null) expect(said).toContain(`in the namespace ${namespace}`);
    expect(said).toContain("meshferry rbac --plan .");
    expect(proxy.asked.filter(isWrite).map(({ method, path }) => `${what}: ${method} ${path}`)).toEqual([]);
  }
  expect(await clusterDump(shared.api)).toEqual(before);
}, 240_000);
