// Which settings of a ServiceMeshControlPlane the Istio resource of OSSM 3 has no field for.
import { isJsonObject } from "../../core/json.ts";
import { sortedUnique } from "../../core/order.ts";
import { pointer, valueAt } from "../../core/pointer.ts";
import type { Mesh } from "../../inventory/mesh.ts";

/** sail-operator, docs/ossm/ossm2-migration/smcp-fields-migration/unsupported-fields-in-3.md; add-ons and gateways have codes of their own. */
const unknownFields: readonly (readonly string[])[] = [
  ["addons", "3scale"],
  ["addons", "stackdriver"],
  ["cluster", "meshExpansion"],
  ["policy", "mixer"],
  ["policy", "remote"],
  ["proxy", "networking", "initialization"],
  ["proxy", "networking", "protocol", "autoDetect"],
  ["proxy", "networking", "protocol", "inbound"],
  ["proxy", "networking", "protocol", "outbound"],
  ["runtime", "defaults", "deployment", "podDisruption", "maxUnavailable"],
  ["runtime", "defaults", "deployment", "podDisruption", "minAvailable"],
  ["security", "certificateAuthority", "cert-manager", "pilotSecretName"],
  ["security", "certificateAuthority", "cert-manager", "rootCAConfigMapName"],
  ["security", "certificateAuthority", "istiod", "privateKey", "rootCADir"],
  ["security", "certificateAuthority", "istiod", "selfSigned"],
  ["security", "certificateAuthority", "istiod", "workloadCertTTLDefault"],
  ["security", "certificateAuthority", "istiod", "workloadCertTTLMax"],
  ["security", "controlPlane", "tls", "maxProtocolVersion"],
  ["security", "identity", "thirdParty", "issuer"],
  ["telemetry", "mixer"],
  ["telemetry", "remote"],
];

/** What stays as it is: OSSM 3 knows only this value (ibid.). */
const onlyValue: readonly (readonly [path: readonly string[], values: readonly string[]])[] = [
  [
    ["policy", "type"],
    ["Istiod", "None"],
  ],
  [["security", "identity", "type"], ["ThirdParty"]],
  [
    ["telemetry", "type"],
    ["Istiod", "None"],
  ],
];

/** techPreview.meshConfig has its place in the Istio resource; the Gateway API is on there. */
const knownPreviews = ["gatewayAPI", "global", "meshConfig"];

/** "policy.mixer", "techPreview.rateLimiting": below the spec, sorted. Only what the spec itself states counts. */
export function settingsWithoutSuccessor({ controlPlane }: Mesh): string[] {
  const spec = valueAt(controlPlane.object.body, "/spec");
  const keysBelow = (...path: readonly string[]): string[] => {
    const value = valueAt(spec, pointer(...path));
    return isJsonObject(value) ? Object.keys(value) : [];
  };
  const profiles = valueAt(spec, "/profiles");
  return sortedUnique([
    ...unknownFields.filter((path) => (valueAt(spec, pointer(...path)) ?? null) !== null).map((path) => path.join(".")),
    ...onlyValue.flatMap(([path, values]) => {
      const value = valueAt(spec, pointer(...path));
      return typeof value === "string" && value !== "" && !values.includes(value) ? [path.join(".")] : [];
    }),
    // A profile of one's own is a file of the operator; those of OSSM 3 are Istio's, under other names (smcp-to-istio-mappings.md).
    ...(Array.isArray(profiles) && profiles.some((name) => name !== "default") ? ["profiles"] : []),
    ...keysBelow("runtime", "components")
      .filter((name) => name !== "pilot")
      .map((name) => `runtime.components.${name}`),
    ...keysBelow("techPreview")
      .filter((name) => !knownPreviews.includes(name))
      .map((name) => `techPreview.${name}`),
  ]);
}
