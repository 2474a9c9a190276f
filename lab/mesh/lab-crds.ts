// The CRDs of every cluster of the lab: Istio's and the Gateway API's, OSSM 2's, and those of OSSM 3's operator.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../api/live-object.ts";
import type { Built } from "../build/run-build.ts";
import { manifestsIn } from "./render-mesh.ts";

/**
 * Of both Istio versions the newer one's, as where OSSM 3's operator is installed beside OSSM 2: they serve all that 1.20 asks
 * for, and v1 on top (observed on 1.20.2; its istiod starts and reads all kinds with them).
 */
export async function labCrds({ istio }: Pick<Built, "istio">): Promise<readonly Manifest[]> {
  const own = join(import.meta.dirname, "crds");
  const { crds, gatewayApiCrds } = istio["1.28.3"];
  const files = [crds, gatewayApiCrds, ...(await readdir(own)).sort().map((name) => join(own, name))];
  const texts = await Promise.all(files.map(async (path) => readFile(path, "utf8")));
  return texts.flatMap((text) => manifestsIn(text));
}
