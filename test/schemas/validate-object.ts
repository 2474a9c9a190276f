// Checks an object against the API schemas that its CRD has, as far as the pinned @kubernetes-models packages know them.
//
// Their schemas come from Istio 1.18 and from Gateway API 0.6.2 and 1.0.0. A clean answer therefore does not cover:
// - Istio's v1 APIs of networking (served from 1.22 on): there is no schema for them here;
// - CEL rules: WorkloadEntry without address and without network, ServiceEntry with both workloadSelector and endpoints,
//   endpoints that do not fit the resolution, and for Gateway API unique listeners, TLS per protocol, address formats;
// - required fields, sizes and patterns of Istio's CRDs (at least one host and at most 256, unique ports by name,
//   port ranges): these packages carry types and enums only;
// - what only istiod's webhook checks: values of exportTo, host names, SPIFFE IDs, principals;
// - null: the package takes null for every optional field, an API server drops it.
// AJV is told to ignore unknown fields there, so they are looked for here, by walking the schema.
import * as gatewayV1 from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";
import * as gatewayV1beta1 from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1";
import * as networkingV1alpha3 from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import * as networkingV1beta1 from "@kubernetes-models/istio/networking.istio.io/v1beta1";
import * as securityV1 from "@kubernetes-models/istio/security.istio.io/v1";
import * as securityV1beta1 from "@kubernetes-models/istio/security.istio.io/v1beta1";

/** A class of the packages: its instances check themselves and throw what AJV found. */
interface ModelClass {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

const models: ReadonlyMap<string, ModelClass> = new Map(
  [gatewayV1, gatewayV1beta1, networkingV1alpha3, networkingV1beta1, securityV1, securityV1beta1]
    .flatMap((group): ModelClass[] => Object.values(group))
    .map((model) => [`${model.apiVersion} ${model.kind}`, model]),
);

/** Kinds that are checked for their outer shape only, with the top-level fields they have besides type and metadata. */
const outerFields: ReadonlyMap<string, readonly string[]> = new Map([
  ["v1 Namespace", ["spec", "status"]],
  ["v1 ConfigMap", ["data", "binaryData", "immutable"]],
  ["v1 Service", ["spec", "status"]],
  ["v1 ServiceAccount", ["secrets", "imagePullSecrets", "automountServiceAccountToken"]],
  ["apps/v1 Deployment", ["spec", "status"]],
  ["autoscaling/v2 HorizontalPodAutoscaler", ["spec", "status"]],
  ["policy/v1 PodDisruptionBudget", ["spec", "status"]],
  ["networking.k8s.io/v1 NetworkPolicy", ["spec"]],
  ["maistra.io/v1 ServiceMeshMember", ["spec", "status"]],
  ["maistra.io/v1 ServiceMeshMemberRoll", ["spec", "status"]],
  ["maistra.io/v2 ServiceMeshControlPlane", ["spec", "status"]],
  ["federation.maistra.io/v1 ServiceMeshPeer", ["spec", "status"]],
  ["federation.maistra.io/v1 ExportedServiceSet", ["spec", "status"]],
  ["federation.maistra.io/v1 ImportedServiceSet", ["spec", "status"]],
]);

/** What is wrong with an object, by its API's schema; nothing if it is valid. */
export function validateObject(object: unknown): string[] {
  if (!isFields(object)) return ["not an object"];
  const type = `${String(object["apiVersion"])} ${String(object["kind"])}`;
  const outer = outerFields.get(type);
  const model = models.get(type) ?? (outer === undefined ? undefined : networkingV1beta1.WorkloadEntry);
  if (model === undefined) return [`no schema for ${type}`];
  const messages = [...nameMessages(object)];
  if (outer === undefined) {
    messages.push(...modelMessages(model, object), ...unknownFields(rootSchema(model), object, ""));
  } else {
    const allowed = new Set(["apiVersion", "kind", "metadata", ...outer]);
    const { apiVersion, kind } = model;
    messages.push(...modelMessages(model, { apiVersion, kind, metadata: object["metadata"] }));
    messages.push(...Object.keys(object).flatMap((key) => (allowed.has(key) ? [] : [`/${key}: unknown field`])));
  }
  messages.push(...unknownFields(metadataSchema(), object["metadata"], "/metadata"));
  return [...new Set(messages)];
}

function nameMessages(object: Fields): string[] {
  const name = fieldsOf(object["metadata"])["name"];
  return typeof name === "string" && name !== "" ? [] : ["/metadata/name: must be a name"];
}

/** AJV's errors for an object that is taken for an instance of the model, bare. */
function modelErrors(model: ModelClass, object: Fields): Fields[] {
  const instance = Object.create(model.prototype) as ModelClass["prototype"];
  try {
    Object.assign(instance, object).validate();
    return [];
  } catch (error) {
    const errors = fieldsOf(error)["errors"];
    if (!Array.isArray(errors)) throw error;
    return errors.filter((each) => isFields(each));
  }
}

function modelMessages(model: ModelClass, object: Fields): string[] {
  return modelErrors(model, object).map((error) => {
    const allowed = fieldsOf(error["params"])["allowedValues"];
    const values = Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
    return `${String(error["instancePath"])}: ${String(error["message"])}${values}`;
  });
}

/** The packages keep their schemas to themselves, but a verbose AJV error carries the schema that it comes from. */
function rootSchema(model: ModelClass): Fields {
  const required = modelErrors(model, {}).find((error) => error["keyword"] === "required");
  return fieldsOf(required?.["parentSchema"]);
}

function metadataSchema(): Fields {
  const { WorkloadEntry } = networkingV1beta1;
  const { apiVersion, kind } = WorkloadEntry;
  const schemas = modelErrors(WorkloadEntry, { apiVersion, kind, metadata: "" }).map((error) => error["parentSchema"]);
  const found = schemas.find((schema) => "ownerReferences" in fieldsOf(fieldsOf(schema)["properties"]));
  if (found === undefined) throw new Error("the schema of metadata was not found");
  return fieldsOf(found);
}

/** Fields that the schema does not name. A schema that names none at all takes everything. */
function unknownFields(schema: Fields, value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(fieldsOf(schema["items"]), item, `${path}/${index}`));
  }
  if (!isFields(value)) return [];
  const named = fieldsOf(schema["properties"]);
  const others = schema["additionalProperties"];
  if (Object.keys(named).length === 0 && !isFields(others)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = `${path}/${key}`;
    if (Object.hasOwn(named, key)) return unknownFields(fieldsOf(named[key]), item, at);
    if (isFields(others)) return unknownFields(others, item, at);
    return others === true ? [] : [`${at}: unknown field`];
  });
}
