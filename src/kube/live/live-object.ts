// Objects as an API server answers, as ours; and how to ask for nothing but their metadata.
import type { ClusterId } from "../../core/ids.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { KubeObject } from "../../core/object-ref.ts";

/** Nothing else is accepted: a server that cannot leave out the rest answers 406. */
export const metadataAlone = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
export const metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** What a client-side `kubectl apply` writes: the whole object as it was applied, the data of a Secret too. Its name alone is kept. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

export function objectFrom(
  cluster: ClusterId,
  of: { readonly group: string; readonly kind: string },
  /** In which it was asked for: items of lists do not say it, and metadata says its own. */
  apiVersion: string,
  body: JsonObject,
): KubeObject {
  const metadata = isJsonObject(body["metadata"]) ? body["metadata"] : {};
  const { name, namespace } = metadata;
  const isSecret = of.group === "" && of.kind === "Secret";
  return {
    ref: {
      cluster,
      group: of.group,
      kind: of.kind,
      namespace: typeof namespace === "string" && namespace !== "" ? namespace : null,
      name: typeof name === "string" ? name : "",
    },
    apiVersion,
    origin: { cluster },
    body: isSecret
      ? { apiVersion, kind: of.kind, metadata: withoutLastApplied(metadata) }
      : { ...body, apiVersion, kind: of.kind },
  };
}

function withoutLastApplied(metadata: JsonObject): JsonObject {
  const annotations = metadata["annotations"];
  if (!isJsonObject(annotations) || !Object.hasOwn(annotations, lastApplied)) return metadata;
  return { ...metadata, annotations: { ...annotations, [lastApplied]: "" } };
}
