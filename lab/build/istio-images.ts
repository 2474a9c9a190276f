// Packs istiod and the proxy under the names that Istio's charts ask for, on the same Debian as the apps.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Say } from "../machine/progress.ts";
import { cacheKey } from "./cache-key.ts";
import type { IstioVersion } from "./go-parts.ts";
import { once, packOn } from "./pack-image.ts";

/** The hub of Istio's releases, so that charts need no other. */
export const istioHub = "docker.io/istio";

export interface IstioImages {
  /** Archives that containerd imports. */
  readonly proxy: string;
  readonly pilot: string;
}

export interface IstioImageParts {
  readonly version: IstioVersion;
  readonly pilotDiscovery: string;
  readonly pilotAgent: string;
  readonly envoy: string;
  readonly bootstrap: string;
  /** The archive of the app image. */
  readonly base: string;
}

/** Istio's own images run as this account, and its pods insist that they do not run as root (runAsNonRoot). */
const account = "1337:1337";
/** istio 1.20 and 1.28, pilot/docker/Dockerfile.proxyv2: where pilot-agent looks for it. */
const bootstrapPlace = "var/lib/istio/envoy/envoy_bootstrap_tmpl.json";

export async function packIstioImages(cache: string, parts: IstioImageParts, say: Say): Promise<IstioImages> {
  const { version, pilotDiscovery, pilotAgent, envoy, bootstrap, base } = parts;
  // Where each lies in the cache says what is in it.
  const image = (name: string, of: readonly string[]): string =>
    join(cache, "images", `${cacheKey(name, version, [account, ...of.map((path) => relative(cache, path))])}.tar`);
  const proxy = image("proxyv2", [pilotAgent, envoy, bootstrap, base]);
  const pilot = image("pilot", [pilotDiscovery, bootstrap, base]);
  await once(proxy, say, `image proxyv2:${version}`, async (folder) =>
    packOn(
      base,
      folder,
      await tree(folder, {
        "usr/local/bin/pilot-agent": pilotAgent,
        "usr/local/bin/envoy": envoy,
        [bootstrapPlace]: bootstrap,
      }),
      `${istioHub}/proxyv2:${version}`,
      config("/usr/local/bin/pilot-agent"),
    ),
  );
  await once(pilot, say, `image pilot:${version}`, async (folder) =>
    packOn(
      base,
      folder,
      await tree(folder, { "usr/local/bin/pilot-discovery": pilotDiscovery, [bootstrapPlace]: bootstrap }),
      `${istioHub}/pilot:${version}`,
      config("/usr/local/bin/pilot-discovery"),
    ),
  );
  return { proxy, pilot };
}

function config(entrypoint: string): readonly string[] {
  return ["--config.user", account, "--config.entrypoint", entrypoint, "--clear", "config.cmd"];
}

async function tree(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(folder, "root");
  for (const [place, source] of Object.entries(files)) {
    await mkdir(dirname(join(root, place)), { recursive: true });
    await copyFile(source, join(root, place));
  }
  return root;
}
