// What the stand-in changes of an installed istiod, as the operator would: the one contract between it and whoever installs.
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
import type { LiveObject } from "../api/live-object.ts";
import type { MeshView } from "./meshes.ts";
import { listAt, objectAt, textAt } from "./read-fields.ts";

/** Where an istiod lies. It is there before its ServiceMeshControlPlane, which the stand-in then makes true. */
export interface ControlPlanePlace {
  readonly namespace: string;
  /** "" for istiod without a revision. */
  readonly revision: string;
  /** Its container "discovery" gets the environment. */
  readonly deployment: string;
  /** Its key "mesh" holds the mesh configuration as YAML. */
  readonly meshConfigMap: string;
  /** Its key "values" holds JSON, of which global.network reaches every proxy that is injected from then on. */
  readonly injectorConfigMap: string;
}

export function placeOf(namespace: string, revision: string): ControlPlanePlace {
  const end = revision === "" ? "" : `-${revision}`;
  return {
    namespace,
    revision,
    deployment: `istiod${end}`,
    meshConfigMap: `istio${end}`,
    injectorConfigMap: `istio-sidecar-injector${end}`,
  };
}

/**
 * Trust in other meshes, on plain Istio: their roots are `caCertificates`, which proxies get from an istiod that runs with
 * ISTIO_MULTIROOT_MESH. The variable comes from this ConfigMap, which is read when istiod starts: an istiod that starts after the
 * last peer went tells proxies nothing, so running ones keep the roots that they have, and fresh ones get none (Istio 1.20,
 * pilot/pkg/xds/pcds.go, and pkg/istio-agent/xds_proxy.go).
 */
export const trustConfigMap = "lab-ossm2-trust";
export const multiRoot = "ISTIO_MULTIROOT_MESH";
const peersSeen = "peers-seen";

export interface Trust {
  readonly data: JsonObject;
  /** An istiod that started without peers cannot tell of the first new one: the real one could, so it is restarted here. */
  readonly needsRestart: boolean;
}

export function trustFor(hasPeers: boolean, before: JsonObject): Trust {
  const seen = hasPeers || before[peersSeen] === "true";
  const isOn = hasPeers || !seen;
  return {
    data: { [multiRoot]: String(isOn), [peersSeen]: String(seen) },
    needsRestart: isOn && before[multiRoot] === "false",
  };
}

/** Names of the variables that the control plane set, on the Deployment: what it no longer names goes. */
export const environmentAnnotation = "lab.meshferry/pilot-environment";

/** The mesh configuration with what the control plane says of it, and with the roots of peers. */
export function meshConfigFor(mesh: MeshView, present: JsonObject, roots: readonly string[]): JsonObject {
  const { trustDomainAliases, caCertificates } = mesh;
  const metadata = objectAt(present, "/defaultConfig/proxyMetadata");
  const withAgent = withValueAt(present, "/defaultConfig/proxyMetadata", {
    ...metadata,
    PROXY_CONFIG_XDS_AGENT: "true",
  });
  const config: Record<string, Json> = { ...(isJsonObject(withAgent) ? withAgent : present) };
  const certificates = [...(caCertificates as readonly Json[]), ...roots.map((pem) => ({ pem }))];
  if (certificates.length > 0) config["caCertificates"] = certificates;
  else delete config["caCertificates"];
  if (trustDomainAliases.length > 0) config["trustDomainAliases"] = trustDomainAliases;
  else delete config["trustDomainAliases"];
  return config;
}

export function injectorValuesFor(mesh: MeshView, present: JsonObject): JsonObject {
  const changed = withValueAt(present, "/global/network", mesh.network);
  return isJsonObject(changed) ? changed : present;
}

const gateAnnotation = "/spec/template/metadata/annotations/lab.meshferry~1push-gate";

/**
 * A JSON patch of istiod's Deployment, or null when it is as it should be: every change of it restarts istiod. `gate` is what
 * istiod speaks to instead of the API server, "" for nothing.
 */
export function environmentPatch(mesh: MeshView, deployment: LiveObject, gate: string): readonly JsonObject[] | null {
  const containers = listAt(deployment, "/spec/template/spec/containers");
  const index = containers.findIndex((each) => textAt(each, "/name") === "discovery");
  const before = listAt(containers[index], "/env");
  const own = textAt(deployment.metadata["annotations"] ?? {}, `/${environmentAnnotation.replace("/", "~1")}`);
  const dropped = new Set([...own.split(","), multiRoot]);
  const fromTrust = { configMapKeyRef: { name: trustConfigMap, key: multiRoot, optional: true } };
  const wanted = new Map<string, JsonObject>([[multiRoot, { name: multiRoot, valueFrom: fromTrust }]]);
  for (const [name, value] of Object.entries(mesh.pilotEnv)) wanted.set(name, { name, value });
  const kept = before.filter((each) => !dropped.has(textAt(each, "/name")) && !wanted.has(textAt(each, "/name")));
  const after = [...kept, ...wanted.values()];
  const isAtGate = gate === textAt(deployment, gateAnnotation);
  if (index < 0 || (sameVariables(before, after) && isAtGate)) return null;
  const names = Object.keys(mesh.pilotEnv).sort().join(",");
  return [
    { op: "add", path: `/spec/template/spec/containers/${index}/env`, value: after },
    ...(deployment.metadata.annotations ? [] : [{ op: "add", path: "/metadata/annotations", value: {} }]),
    { op: "add", path: `/metadata/annotations/${environmentAnnotation.replace("/", "~1")}`, value: names },
    { op: "add", path: gateAnnotation, value: gate },
  ];
}

function sameVariables(before: readonly Json[], after: readonly Json[]): boolean {
  const text = (list: readonly Json[]) =>
    list
      .map((each) => {
        const reference =
          valueAt(each, "/valueFrom/configMapKeyRef/name") ?? valueAt(each, "/valueFrom/fieldRef/fieldPath");
        return `${textAt(each, "/name")}=${textAt(each, "/value")}<${typeof reference === "string" ? reference : ""}`;
      })
      .sort()
      .join("\n");
  return text(before) === text(after);
}

/** The status of a control plane that is installed: without the components' rows, which nothing reads. */
export function controlPlaneStatus(
  mesh: MeshView,
  spec: JsonObject,
  isReady: boolean,
  now: string,
  before: Json,
): JsonObject {
  const reconciled = { reason: "InstallSuccessful", message: "Successfully installed all mesh components" };
  const ready = isReady
    ? { status: "True", reason: "ComponentsReady", message: "All component deployments are Available" }
    : { status: "False", reason: "ComponentsNotReady", message: "Some components are not fully available" };
  const wanted = [
    { type: "Installed", status: "True", ...reconciled },
    { type: "Reconciled", status: "True", ...reconciled },
    { type: "Ready", ...ready },
  ];
  const conditions = wanted.map((condition) => {
    const old = listAt(before, "/conditions").find((each) => textAt(each, "/type") === condition.type);
    const since = old && textAt(old, "/status") === condition.status ? textAt(old, "/lastTransitionTime") : "";
    return { ...condition, lastTransitionTime: since || now };
  });
  return {
    observedGeneration: mesh.generation,
    chartVersion: "2.6.11",
    operatorVersion: "2.6.11",
    appliedSpec: spec,
    conditions,
  };
}
