// A client whose proxy has no network, as one that started before its mesh had any: what the injector makes of it, without that variable.
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { valueAt, withValueAt } from "../../src/core/pointer.ts";
import type { KubeApi } from "../api/kube-api.ts";
import type { Manifest } from "../api/live-object.ts";

const networkVariable = "ISTIO_META_NETWORK";

/** The Deployment with the sidecar written out in it; its namespace and account have to be there. */
export async function withoutNetwork(api: KubeApi, deployment: Manifest): Promise<Manifest> {
  const { namespace, name } = deployment.metadata as { readonly namespace: string; readonly name: string };
  const template = valueAt(deployment, "/spec/template");
  if (!isJsonObject(template)) throw new Error(`${name} has no template`);
  const pod = { ...template, apiVersion: "v1", kind: "Pod" };
  const body = JSON.stringify(withValueAt(pod, "/metadata/name", name));
  const answer = await api.text("POST", `/api/v1/namespaces/${namespace}/pods`, { query: { dryRun: "All" }, body });
  const injected = JSON.parse(answer) as JsonObject;
  const containers = valueAt(injected, "/spec/containers");
  if (!Array.isArray(containers)) throw new Error(`${name} has no containers`);
  const spec = withValueAt(valueAt(injected, "/spec") ?? {}, "/containers", containers.map(unaware));
  const annotations = valueAt(injected, "/metadata/annotations") ?? {};
  const labels = valueAt(injected, "/metadata/labels") ?? {};
  const metadata = withValueAt({ annotations, labels }, "/labels/sidecar.istio.io~1inject", "false");
  return withValueAt(deployment, "/spec/template", { metadata, spec }) as Manifest;
}

function unaware(container: Json): Json {
  const variables = valueAt(container, "/env");
  if (!Array.isArray(variables)) return container;
  const others = (variables as readonly Json[]).filter((each) => valueAt(each, "/name") !== networkVariable);
  return withValueAt(container, "/env", others);
}
