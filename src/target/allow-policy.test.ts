// The policy of ours beside one that names the federation ingress gateway: who gets it, and what it says.
import { expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import type { KubeObject } from "../core/object-ref.ts";
import { planOf } from "../../test/support/example.ts";
import { codesOf, examined, phaseSteps } from "../../test/support/seen.ts";
import { added, changed, kubeObject, twoMeshes } from "../../test/support/world.ts";
import { validateObject } from "../../test/schemas/validate-object.ts";

const gateway = "west.example/ns/istio-system/sa/federation-ingress-service-account";
const theirs = (spec: Readonly<Record<string, Json>>, namespace = "sales"): KubeObject =>
  kubeObject("west", "security.istio.io/v1beta1", "AuthorizationPolicy", namespace, "theirs", {
    spec: { selector: { matchLabels: { app: "orders" } }, ...spec },
  });
const rule = {
  from: [
    { source: { principals: [gateway], requestPrincipals: ["issuer/*"] } },
    { source: { principals: ["west.example/*/x"] } },
  ],
  to: [{ operation: { methods: ["GET"], ports: ["8080"] } }],
  when: [
    { key: "request.headers[tenant]", values: ["a"] },
    { key: "source.namespace", values: ["istio-system"] },
  ],
};

function made(...objects: readonly KubeObject[]): Json[] {
  return examined(added(twoMeshes(), ...objects))
    .target.objects.filter(({ ref }) => ref.name.startsWith("meshferry-allow-"))
    .map(({ template }) => template);
}

test("it asks of a request what theirs asks, of the whole trust domain of the importer", () => {
  const [policy, ...more] = made(theirs({ rules: [rule] }));
  expect(more).toEqual([]);
  expect(policy).toEqual({
    apiVersion: "security.istio.io/v1beta1",
    kind: "AuthorizationPolicy",
    metadata: {
      name: "meshferry-allow-orders",
      namespace: "sales",
      labels: { "app.kubernetes.io/managed-by": "meshferry" },
    },
    spec: {
      action: "ALLOW",
      selector: { matchLabels: { app: "orders" } },
      rules: [
        {
          from: [{ source: { principals: ["east.example/*"], requestPrincipals: ["issuer/*"] } }],
          to: [{ operation: { methods: ["GET"], ports: ["8080"] } }],
          when: [{ key: "request.headers[tenant]", values: ["a"] }],
        },
      ],
    },
  });
  expect(validateObject(policy)).toEqual([]);
});

test("it is there before the importers' side is, and nothing blocks any more", () => {
  const plan = planOf(added(twoMeshes(), theirs({ rules: [{ from: [{ source: { principals: [gateway] } }] }] })));
  expect(codesOf(plan.findings)).toEqual(["MF404"]);
  expect(phaseSteps(plan, "export").map(({ id }) => id.split("/").at(-1))).toContain("meshferry-allow-orders");
});

test("a policy of the control plane's namespace counts for every service, and each gets its own", () => {
  const everywhere = theirs(
    { selector: null, rules: [{ from: [{ source: { namespaces: ["istio-system"] } }] }] },
    "istio-system",
  );
  expect(made(everywhere)).toHaveLength(2);
});

test("it is not made where nobody needs it", () => {
  expect(made(theirs({ rules: [{}] }))).toEqual([]);
  expect(made(theirs({ rules: [{ from: [{ source: { principals: ["*"] } }] }] }))).toEqual([]);
  expect(made(theirs({ action: "DENY", rules: [{ from: [{ source: { principals: [gateway] } }] }] }))).toEqual([]);
  expect(made(theirs({ rules: [{ from: [{ source: { principals: ["other.example/*"] } }] }] }))).toEqual([]);
  expect(made(theirs({ selector: { matchLabels: { app: "elsewhere" } }, rules: [rule] }))).toEqual([]);
});

test("it is not made where it would let in, or shut out, others: that blocks", () => {
  const allowed = theirs({ rules: [{ from: [{ source: { principals: [gateway] } }] }] });
  const pod = "west Pod sales/orders-5d4f-0";
  const partly = changed(
    added(
      twoMeshes({
        west: {
          services: [
            { namespace: "sales", name: "orders", replicas: 2 },
            { namespace: "sales", name: "stock" },
          ],
        },
      }),
      theirs({
        selector: { matchLabels: { tier: "one" } },
        rules: [{ from: [{ source: { principals: [gateway] } }] }],
      }),
    ),
    pod,
    { "/metadata/labels/tier": "one" },
  );
  expect(codesOf(planOf(partly).findings)).toEqual(["MF400"]);
  const shared = twoMeshes({ east: { trustDomain: "west.example" }, west: { trustDomain: "west.example" } });
  expect(codesOf(planOf(added(shared, allowed)).findings)).toEqual(["MF346", "MF400"]);
});
