// Plans that differ in what does no harm: the rehearsal raises no alarm at any of them, and it did look.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { KubeObject } from "../../src/core/object-ref.ts";
import { findingMessage } from "../../src/findings/finding-message.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";
import { rehearse } from "../../src/rehearsal/rehearse.ts";
import { eastWest, planOf, readEastWest, readFolder, root, stepsOf } from "../support/example.ts";
import { guideConfig } from "../support/guide-config.ts";
import { stated } from "../support/modelled.ts";

interface Meshes {
  readonly inputs: readonly ClusterInput[];
  readonly config: Config;
}

const folder = join(root, "examples", "four-meshes");
const { value: fourConfig } = await readConfig(join(folder, "meshferry.yaml"));
if (fourConfig === null) throw new Error("the example's configuration cannot be read");
const two: Meshes = { inputs: await readEastWest(), config: guideConfig };
const four: Meshes = {
  inputs: await Promise.all(["cork", "lyon", "oslo", "paris"].map((name) => readFolder(name, join(folder, name)))),
  config: fourConfig,
};

interface Variant {
  readonly name: string;
  readonly meshes?: (of: Meshes) => Meshes;
  readonly plan?: (of: Plan) => Plan;
  /** Examples in which it makes no difference. */
  readonly sameIn?: readonly string[];
}

function configured(change: (config: Config) => Partial<Config>) {
  return ({ inputs, config }: Meshes): Meshes => ({ inputs, config: { ...config, ...change(config) } });
}

const variants: readonly Variant[] = [
  {
    name: "the gateways in another namespace",
    meshes: configured((c) => ({ eastWest: { ...c.eastWest, namespace: "edge" } })),
  },
  { name: "a gateway for each peer", meshes: configured((c) => ({ eastWest: { ...c.eastWest, per: "peer" } })) },
  { name: "the entries in another namespace", meshes: configured(() => ({ entries: { namespace: "remote-hosts" } })) },
  {
    name: "clients in two waves at most",
    meshes: configured((c) => ({ waves: { ...c.waves, atMost: 2 } })),
    sameIn: ["East/West"],
  },
  { name: "clients in one wave", meshes: configured((c) => ({ exportTo: "keep", waves: { ...c.waves, atMost: 1 } })) },
  { name: "hosts that are shown to no more namespaces than today", meshes: configured(() => ({ exportTo: "keep" })) },
  {
    name: "proxies that are started anew for trust",
    meshes: configured((c) => ({ trust: { ...c.trust, restartProxies: true } })),
    sameIn: ["four meshes"],
  },
  { name: "objects that were read in another order", meshes: turned },
  { name: "objects that have nothing to do with it", meshes: withStrangers },
  { name: "steps that do not wait for each other in another order", plan: reordered },
  { name: "steps that are carried out twice", plan: repeated },
];

describe.each([
  ["East/West", two],
  ["four meshes", four],
])("%s", (example, meshes) => {
  const usual = planOf(meshes.inputs, meshes.config);
  test.each(variants)("$name: no alarm", ({ meshes: change, plan: changePlan, sameIn = [] }) => {
    const { inputs, config } = change?.(meshes) ?? meshes;
    const made = planOf(inputs, config);
    const plan = changePlan?.(made) ?? made;
    // Were it the same plan of the same objects, this would say nothing.
    const isAnother = JSON.stringify(plan.phases) !== JSON.stringify(usual.phases) || inputs !== meshes.inputs;
    expect(isAnother).toBe(!sameIn.includes(example));
    const { refused, pairs, counts } = rehearse(plan, inputs, stated, { hash: "" });
    expect(refused.filter(({ severity }) => severity === "block").map(findingMessage)).toEqual([]);
    expect([pairs.length > 1, counts.steps]).toEqual([true, stepsOf(plan).length]);
  });
});

test("clusters under other names: no alarm", async () => {
  const inputs = [await readFolder("zulu", join(eastWest, "east")), await readFolder("alpha", join(eastWest, "west"))];
  const { refused, pairs } = rehearse(planOf(inputs), inputs, stated, { hash: "" });
  expect([refused, pairs.length]).toEqual([[], 2]);
});

function turned({ inputs, config }: Meshes): Meshes {
  const backwards = inputs.map((input) => ({ ...input, objects: input.objects.toReversed() }));
  return { inputs: backwards.toReversed(), config };
}

/** In each cluster a namespace of its own with a client, hosts, policies and a gateway that lead nowhere near the imported hosts. */
function withStrangers({ inputs, config }: Meshes): Meshes {
  return {
    config,
    inputs: inputs.map((input) => ({
      ...input,
      objects: [
        ...input.objects,
        object(input, "v1", "Namespace", "stranger", {}, null),
        object(input, "v1", "Service", "quiet", {
          spec: { ports: [{ name: "http", port: 80 }], selector: { app: "quiet" } },
        }),
        object(input, "networking.istio.io/v1beta1", "ServiceEntry", "outside", {
          spec: {
            hosts: ["outside.example"],
            ports: [{ number: 443, name: "tls", protocol: "TLS" }],
            resolution: "DNS",
          },
        }),
        object(input, "networking.istio.io/v1beta1", "WorkloadEntry", "old", {
          spec: { address: "192.0.2.77", labels: { app: "old" } },
        }),
        object(input, "networking.istio.io/v1beta1", "Gateway", "door", {
          spec: {
            selector: { app: "door" },
            servers: [
              {
                port: { number: 443, name: "tls", protocol: "TLS" },
                hosts: ["door.example"],
                tls: { mode: "PASSTHROUGH" },
              },
            ],
          },
        }),
        object(input, "security.istio.io/v1", "AuthorizationPolicy", "none", { spec: {} }),
        object(input, "security.istio.io/v1", "PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } }),
      ],
    })),
  };
}

function object(
  { id: cluster }: ClusterInput,
  apiVersion: string,
  kind: string,
  name: string,
  rest: JsonObject,
  namespace: string | null = "stranger",
): KubeObject {
  const [group = "", version] = apiVersion.split("/");
  const ref = { cluster, group: version === undefined ? "" : group, kind, namespace, name };
  const metadata = namespace === null ? { name } : { name, namespace };
  return { ref, apiVersion, origin: { cluster }, body: { apiVersion, kind, metadata, ...rest } };
}

/** Each run of steps that wait for nothing among them, from the last to the first. */
function reordered(plan: Plan): Plan {
  return {
    ...plan,
    phases: plan.phases.map((phase) => {
      const runs: Step[][] = [];
      for (const step of phase.steps) {
        const run = runs.at(-1);
        const ids = new Set<string>(run?.map(({ id }) => id));
        if (run && step.action.do === "apply" && !step.after.some((id) => ids.has(id))) run.push(step);
        else runs.push([step]);
      }
      return { ...phase, steps: runs.flatMap((run) => run.toReversed()) };
    }),
  };
}

/** A step that is carried out again, as after a crash, finds everything done. */
function repeated(plan: Plan): Plan {
  const again = ({ action }: Step): boolean => action.do === "apply" || action.do === "wait";
  return {
    ...plan,
    phases: plan.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.flatMap((step) => (again(step) ? [step, { ...step, title: `${step.title}, again` }] : [step])),
    })),
  };
}
