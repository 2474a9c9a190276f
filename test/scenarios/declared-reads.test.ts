// What a check declares to read is what it really reads, over every scenario: a kind that is read and not declared would be "held" where nobody supplied it.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/config.ts";
import { refKey } from "../../src/core/object-ref.ts";
import type { CheckInput } from "../../src/findings/checks/check.ts";
import { type CheckName, checks } from "../../src/findings/checks/registry.ts";
import type { Cluster } from "../../src/inventory/cluster.ts";
import { examine } from "../../src/pipeline.ts";
import { readEastWest } from "../support/example.ts";
import { added, kubeObject, twoMeshes } from "../support/world.ts";
import type { CodeScenario } from "./scenario.ts";

const folder = new URL("codes/", import.meta.url);
const modules = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith(".ts"));
const loaded = await Promise.all(
  modules.map(async (name) => (await import(new URL(name, folder).href)) as { scenarios: readonly CodeScenario[] }),
);
const example = examine(await readEastWest(), defaultConfig);
/** A gateway of the importer that sends on to an imported host, before a server with a policy. */
const front = examine(
  added(
    twoMeshes(),
    kubeObject("east", "networking.istio.io/v1beta1", "Gateway", "shop", "front", {
      spec: { selector: { app: "caller" } },
    }),
    kubeObject("east", "networking.istio.io/v1beta1", "VirtualService", "shop", "front", {
      spec: {
        gateways: ["front"],
        http: [{ route: [{ destination: { host: "orders.sales.svc.west-mesh-imports.local" } }] }],
      },
    }),
    kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", "sales", "theirs", {
      spec: { rules: [{}] },
    }),
  ),
  defaultConfig,
);
const worlds: readonly CheckInput[] = [
  { ...front, trust: defaultConfig.trust.order, eastWest: defaultConfig.eastWest },
  { ...example, trust: "combined-root", eastWest: defaultConfig.eastWest },
  ...loaded
    .flatMap(({ scenarios }) => scenarios)
    .map(({ found, config }) => ({
      ...examine(found, { ...defaultConfig, ...config }),
      trust: config?.trust?.order ?? defaultConfig.trust.order,
      eastWest: config?.eastWest ?? defaultConfig.eastWest,
    })),
];

/** The cluster, with every kind that is asked of it written down. */
function watched(cluster: Cluster, planned: ReadonlySet<string>, seen: Set<string>): Cluster {
  const noting = <T extends object>(kinds: T): T =>
    new Proxy(kinds, {
      get: (target, kind) => {
        if (typeof kind === "string" && kind in target) seen.add(kind);
        return Reflect.get(target, kind) as unknown;
      },
    });
  const objects = new Map(cluster.objects);
  objects.get = (key) => {
    // Whether a name is free is guarded by the step itself, which expects nothing there.
    if (!planned.has(key)) seen.add(key.split("|")[1] ?? key);
    return Map.prototype.get.call(cluster.objects, key) as ReturnType<typeof objects.get>;
  };
  for (const walk of ["values", "entries", "keys", "forEach"] as const) {
    const walked = objects[walk].bind(objects) as () => never;
    Object.assign(objects, { [walk]: () => (seen.add("every kind"), walked()) });
  }
  const byKind = new Map(cluster.byKind);
  byKind.get = (kind) => {
    seen.add(kind);
    return cluster.byKind.get(kind);
  };
  return { ...cluster, typed: noting(cluster.typed), byName: noting(cluster.byName), byKind, objects };
}

function readsOf(name: CheckName): string[] {
  const seen = new Set<string>();
  for (const input of worlds) {
    const planned = new Set(input.target.objects.map(({ ref }) => refKey(ref)));
    const clusters = input.inventory.clusters.map((cluster) => watched(cluster, planned, seen));
    checks[name].run({ ...input, inventory: { ...input.inventory, clusters } });
  }
  return [...seen].sort();
}

describe("a check reads what it declares to read", () => {
  test.each(Object.keys(checks) as CheckName[])("%s", (name) => {
    expect(readsOf(name)).toEqual([...checks[name].reads].sort());
  });
});
