// What the vendor's migration checker and checklist ask for, as far as it matters only when OSSM 3 takes over: nothing here blocks.
import { fewNames } from "../../../core/few-names.ts";
import type { Finding } from "../../../core/finding.ts";
import { groupBy, sortedUnique } from "../../../core/order.ts";
import { pointer } from "../../../core/pointer.ts";
import { federationGateways } from "../../../federation/gateways.ts";
import { clusterOf, type Inventory, type Mesh } from "../../../inventory/mesh.ts";
import { findTyped } from "../../../inventory/cluster.ts";
import {
  addonsManaged,
  gatewaysManaged,
  injectedByAnnotation,
  membersByWildcard,
  meshesNotDisjoint,
  meshWideMtls,
  routesManaged,
  settingsWithoutSuccessor as withoutSuccessor,
} from "../../codes/platform.ts";
import { annotatedOnly } from "../annotated-only.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";
import { settingOf } from "../control-plane-setting.ts";
import { settingsWithoutSuccessor } from "../settings-without-successor.ts";

/** On in the base profile unless switched off (Maistra operator 2.5, resources/smcp-templates/v2.5/base; sail-operator, migration-checker.sh). */
const addons: readonly (readonly [name: string, path: string, off: false | "None"])[] = [
  ["Prometheus", "/addons/prometheus/enabled", false],
  ["Grafana", "/addons/grafana/enabled", false],
  ["Kiali", "/addons/kiali/enabled", false],
  ["tracing", "/tracing/type", "None"],
];

const memberRolls = "ServiceMeshMemberRoll.maistra.io";

const run: Check["run"] = (input) => {
  const { all } = participants(input);
  return [
    ...all.flatMap((mesh) => ofMesh(input.inventory, mesh)),
    ...annotatedOnly(input),
    ...sharedClusters(input.inventory, all),
  ];
};

function ofMesh(inventory: Inventory, mesh: Mesh): Finding[] {
  const { ref } = mesh.controlPlane;
  const on = addons.filter(([, path, off]) => settingOf(mesh, path) !== off);
  const gateways = managedGateways(mesh);
  const fields = settingsWithoutSuccessor(mesh);
  const roll = findTyped(clusterOf(inventory, mesh), memberRolls, mesh.namespace, "default");
  return [
    ...(on.length > 0
      ? [
          addonsManaged.at([ref], {
            mesh: mesh.id,
            addons: on.map(([name]) => name).join(", "),
            fields: on.map(([, path, off]) => `spec${path.replaceAll("/", ".")}: ${off}`).join(", "),
          }),
        ]
      : []),
    ...(gateways.length > 0 ? [gatewaysManaged.at([ref], { mesh: mesh.id, gateways: gateways.join(", ") })] : []),
    ...(gatewaysOn(mesh) && settingOf(mesh, "/gateways/openshiftRoute/enabled") === true
      ? [routesManaged.at([ref], { mesh: mesh.id })]
      : []),
    ...(fields.length > 0 ? [withoutSuccessor.at([ref], { mesh: mesh.id, fields: fields.join(", ") })] : []),
    // The operator's PeerAuthentication (Maistra operator 2.5, mesh-config chart, enable-mesh-mtls.yaml).
    ...(settingOf(mesh, "/security/dataPlane/mtls") === true
      ? [meshWideMtls.at([ref], { mesh: mesh.id, namespace: mesh.namespace })]
      : []),
    ...(roll?.view.spec.members.includes("*") ? [membersByWildcard.at([roll.ref], { mesh: mesh.id })] : []),
  ];
}

/** The one switch is above all gateways, additional ones too (Maistra operator 2.5, pkg/controller/versions/strategy_v2_5.go). */
function gatewaysOn(mesh: Mesh): boolean {
  return settingOf(mesh, "/gateways/enabled") !== false;
}

function managedGateways(mesh: Mesh): string[] {
  if (!gatewaysOn(mesh)) return [];
  const { gateways } = mesh.controlPlane.view.spec;
  const federation = federationGateways(mesh);
  const additional = (kind: "additionalIngress" | "additionalEgress", own: readonly string[]): string[] =>
    Object.entries(gateways[kind])
      // An additional gateway without "enabled: true" is not rendered (ibid.).
      .filter(([name, { enabled }]) => enabled === true && !own.includes(name))
      .filter(([name]) => !isForFederation(mesh, kind, name))
      .map(([name]) => name);
  return [
    ...(settingOf(mesh, "/gateways/ingress/enabled") === false ? [] : ["istio-ingressgateway"]),
    ...(settingOf(mesh, "/gateways/egress/enabled") === false ? [] : ["istio-egressgateway"]),
    ...sortedUnique([
      ...additional("additionalIngress", federation.ingress),
      ...additional("additionalEgress", federation.egress),
    ]),
  ];
}

function isForFederation(mesh: Mesh, kind: "additionalIngress" | "additionalEgress", name: string): boolean {
  const labels = settingOf(mesh, pointer("gateways", kind, name, "service", "metadata", "labels"));
  const label = kind === "additionalIngress" ? "federation.maistra.io/ingress-for" : "federation.maistra.io/egress-for";
  return labels !== undefined && Object.hasOwn(Object(labels), label);
}

function sharedClusters(inventory: Inventory, all: readonly Mesh[]): Finding[] {
  const taking = new Set(all.map(({ cluster }) => cluster));
  return [...groupBy(inventory.meshes, ({ cluster }) => cluster)]
    .filter(([cluster, meshes]) => meshes.length > 1 && taking.has(cluster))
    .map(([cluster, meshes]) =>
      meshesNotDisjoint.at(
        meshes.map(({ controlPlane }) => controlPlane.ref),
        { cluster, meshes: fewNames(meshes.map(({ namespace, name }) => `${namespace}/${name}`)) },
      ),
    );
}

export const beforeOssm3: Check = {
  fact: "Nothing that protects the meshes ends when OSSM 3 takes over",
  codes: [
    addonsManaged,
    gatewaysManaged,
    injectedByAnnotation,
    withoutSuccessor,
    meshWideMtls,
    membersByWildcard,
    meshesNotDisjoint,
    routesManaged,
  ],
  reads: ["Namespace", memberRolls],
  run,
};
