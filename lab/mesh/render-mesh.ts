// One istiod's objects, from the charts within istioctl of its version: offline, and without CRDs, which clusters have already.
import { loadAll } from "js-yaml";
import type { Json } from "../../src/core/json.ts";
import { isJsonObject } from "../../src/core/json.ts";
import type { Manifest } from "../api/live-object.ts";
import { runCommand } from "../machine/run-command.ts";
import { istioOperator, type MeshOptions } from "./istio-operator.ts";

export async function renderMesh(istioctl: string, options: MeshOptions): Promise<readonly Manifest[]> {
  const text = await runCommand(istioctl, ["manifest", "generate", "-f", "-"], {
    input: JSON.stringify(istioOperator(options)),
    timeoutMs: 60_000,
    todo: "read what istioctl says of the options",
  });
  return manifestsIn(text).filter(({ kind }) => kind !== "CustomResourceDefinition");
}

/** The objects of a YAML stream; lists are no objects. */
export function manifestsIn(text: string): readonly Manifest[] {
  const documents = loadAll(text) as readonly Json[];
  return documents.filter((each): each is Manifest => isJsonObject(each) && isJsonObject(each["metadata"]));
}
