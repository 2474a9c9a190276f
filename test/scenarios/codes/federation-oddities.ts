// Scenarios of the codes MF118 to MF139: what federation does otherwise than it seems to.
import { added, asLocal, changed, kubeObject, named, twoMeshes } from "../../support/world.ts";
import type { CodeScenario } from "../scenario.ts";

const base = twoMeshes();
const takes = "east ImportedServiceSet istio-system/west-mesh";
const offers = "west ExportedServiceSet istio-system/east-mesh";

/** "x" in "b-c" and "x-b" in "c": both routes are called x-b-c. */
const alike = twoMeshes({
  west: {
    services: [
      { namespace: "b-c", name: "x" },
      { namespace: "c", name: "x-b" },
    ],
  },
  link: {
    exports: [null, [named("b-c", "x"), named("c", "x-b", { name: "other" })]],
    imports: [[named("*", "*")], null],
  },
});
const suffixed = (domainSuffix: string) =>
  changed(base, takes, {
    "/spec/importRules": [
      { ...named("sales", "orders"), domainSuffix },
      asLocal("sales", "stock", { namespace: "sales" }),
    ],
  });
const set = (name: string) =>
  added(base, kubeObject("east", "federation.maistra.io/v1", "ExportedServiceSet", "istio-system", name, { spec: {} }));

export const scenarios: readonly CodeScenario[] = [
  {
    code: "MF118",
    base,
    found: alike,
    mended: changed(alike, offers, { "/spec/exportRules": [named("b-c", "x")] }),
  },
  { code: "MF119", base, found: suffixed("my.svc.cluster.local"), mended: suffixed("my.example") },
  {
    code: "MF120",
    base,
    found: changed(base, takes, { "/spec/locality": { zone: "a" } }),
    mended: changed(base, takes, { "/spec/locality": { region: "eu", zone: "a" } }),
  },
  {
    code: "MF121",
    base,
    found: changed(base, takes, { "/spec/importRules": [named("sales", "orders")] }),
    mended: changed(changed(base, takes, { "/spec/importRules": [named("sales", "orders")] }), offers, {
      "/spec/exportRules": [named("sales", "orders")],
    }),
  },
  { code: "MF122", base, found: set("nobody"), mended: base },
];
