// Takes out of Istio's own module what is no program: the bootstrap of Envoy, and CRDs.
import { copyFile, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { cacheKey } from "./cache-key.ts";
import { exists } from "./exists.ts";
import type { IstioVersion } from "./go-parts.ts";

export interface IstioFiles {
  /** The template that pilot-agent fills in for Envoy. */
  readonly bootstrap: string;
  /** All of Istio's CRDs. */
  readonly crds: string;
  /** Those of the Gateway API that the lab's meshes use. */
  readonly gatewayApiCrds: string;
}

/**
 * Without GRPCRoute: istiod 1.20 waits for ever for its v1alpha2, which newer definitions do not serve any more, once
 * PILOT_ENABLE_ALPHA_GATEWAY_API is true (istio 1.20.2, pkg/config/schema/collections, pilotGatewayAPI).
 */
const gatewayApiKinds = ["gatewayclasses", "gateways", "httproutes", "referencegrants", "tcproutes", "tlsroutes"];

/** Istio 1.20 has its CRDs where Helm looks for them, newer ones where templates do. */
const places: Readonly<Record<IstioVersion, string>> = {
  "1.20.2": "manifests/charts/base/crds/crd-all.gen.yaml",
  "1.28.3": "manifests/charts/base/files/crd-all.gen.yaml",
};

/** `module` is the folder of the lab's Go module for this version. */
export async function takeIstioFiles(
  cache: string,
  version: IstioVersion,
  module: string,
  say: Say,
): Promise<IstioFiles> {
  const mod = await readFile(join(module, "go.mod"));
  const folder = join(cache, "istio", cacheKey("files", version, [mod, ...gatewayApiKinds]));
  const files: IstioFiles = {
    bootstrap: join(folder, "envoy_bootstrap.json"),
    crds: join(folder, "istio-crds.yaml"),
    gatewayApiCrds: join(folder, "gateway-api-crds.yaml"),
  };
  if (await exists(folder)) return files;
  await timed(say, `files of Istio ${version}`, async () => {
    const source = await moduleFolder(module);
    await mkdir(join(cache, "istio"), { recursive: true });
    const made = await mkdtemp(`${folder}.new-`);
    await copyFile(join(source, "tools/packaging/common/envoy_bootstrap.json"), join(made, "envoy_bootstrap.json"));
    await copyFile(join(source, places[version]), join(made, "istio-crds.yaml"));
    const all = await readFile(join(source, "tests/integration/pilot/testdata/gateway-api-crd.yaml"), "utf8");
    await writeFile(join(made, "gateway-api-crds.yaml"), pickDefinitions(all, gatewayApiKinds));
    await rename(made, folder);
  });
  return files;
}

/** Where Go keeps the source of Istio, which it fetches if it is not there; `go mod download` would ask for more than the proxy serves. */
async function moduleFolder(module: string): Promise<string> {
  const todo = "check that the Go module proxy answers, then run it again";
  const args = ["list", "-f", "{{.Module.Dir}}", "istio.io/istio/pkg/version"];
  return (await runCommand("go", args, { cwd: module, todo })).trim();
}

/** Of a file of Gateway API's CRDs, the documents of some plural names; every name has to be there. */
export function pickDefinitions(text: string, plurals: readonly string[]): string {
  const documents = text.split(/^---[ \t]*$/mu);
  return plurals
    .map((plural) => {
      const name = new RegExp(`^ {2}name: ${plural}\\.gateway\\.networking\\.k8s\\.io$`, "mu");
      const found = documents.find((document) => name.test(document));
      if (found === undefined)
        throw new LabTrouble(`no CRD of ${plural}`, "Istio's module lacks it", "compare with the list in the lab");
      return `---\n${found.trim()}\n`;
    })
    .join("");
}
