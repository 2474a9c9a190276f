// What an Istio of OSSM 3 asks for, in the words of the lab's meshes. Pure.
// Facts: istio-ecosystem/sail-operator, controllers/istio/istio_controller.go (getActiveRevisionName, validate) and
// pkg/revision/values.go (the revision named "default" is Istio's default one, whose objects carry no revision in their names).
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import type { LiveObject } from "../api/live-object.ts";
import type { MeshOptions } from "../mesh/istio-operator.ts";

/** The one version that the lab has for OSSM 3. */
const version = "1.28.3";
const accepted = [`v${version}`, "v1.28-latest"];

export interface WantedIstio {
  /** The name of its IstioRevision. */
  readonly revision: string;
  readonly options: MeshOptions;
}

/** Or why it is refused, as a text for the status. */
export function wantedIstio({ metadata, spec }: LiveObject): WantedIstio | string {
  const { version: asked, namespace, updateStrategy, values } = objectIn(spec);
  if (typeof asked !== "string" || asked === "") return "spec.version not set";
  if (typeof namespace !== "string" || namespace === "") return "spec.namespace not set";
  if (!accepted.includes(asked)) return `version ${asked} not found: the lab has ${accepted.join(" and ")}`;
  const byVersion = objectIn(updateStrategy)["type"] === "RevisionBased";
  const revision = byVersion ? `${metadata.name}-${asked.replaceAll(".", "-")}` : metadata.name;
  const { global, meshConfig, pilot, ...others } = objectIn(values);
  const { meshID, network, multiCluster, ...otherGlobals } = objectIn(global);
  const { trustDomain, defaultConfig, ...otherMeshConfig } = objectIn(meshConfig);
  const { env, ...otherPilot } = objectIn(pilot);
  const { proxyMetadata, ...otherDefaults } = objectIn(defaultConfig);
  const clusterName = text(objectIn(multiCluster)["clusterName"]);
  return {
    revision,
    options: {
      version,
      namespace,
      meshId: text(meshID) ?? "",
      trustDomain: text(trustDomain) ?? "cluster.local",
      network: text(network) ?? "",
      ...(clusterName === undefined ? {} : { clusterName }),
      ...(revision === "default" ? {} : { revision }),
      pilotEnv: textsIn(env),
      proxyMetadata: textsIn(proxyMetadata),
      meshConfig: { ...otherMeshConfig, defaultConfig: otherDefaults },
      values: { ...others, global: otherGlobals, pilot: otherPilot },
    },
  };
}

function objectIn(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The operator's CRD takes texts; a hand-written true is one by then. */
function textsIn(value: Json | undefined): Readonly<Record<string, string>> {
  const texts = Object.entries(objectIn(value)).map(([key, each]): [string, string] => [
    key,
    typeof each === "string" ? each : JSON.stringify(each),
  ]);
  return Object.fromEntries(texts);
}
