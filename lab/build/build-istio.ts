// One version of Istio, as the lab uses it: istioctl, images, CRDs.
import { join } from "node:path";
import { buildGo, type GoBuild } from "./build-go.ts";
import { istioGroups, type IstioVersion } from "./go-parts.ts";
import { type IstioFiles, takeIstioFiles } from "./istio-files.ts";
import { type IstioImages, packIstioImages } from "./istio-images.ts";

export interface IstioBuilt extends IstioFiles, IstioImages {
  readonly version: IstioVersion;
  readonly istioctl: string;
}

export interface IstioBase {
  readonly envoy: string;
  /** The archive of the app image. */
  readonly base: string;
}

export async function buildIstio(build: GoBuild, version: IstioVersion, base: IstioBase): Promise<IstioBuilt> {
  const group = istioGroups[version];
  const { "pilot-discovery": pilotDiscovery, "pilot-agent": pilotAgent, istioctl } = await buildGo(build, group);
  const files = await takeIstioFiles(build.cache, version, join(build.modules, group.module), build.say);
  const parts = { version, pilotDiscovery: pilotDiscovery ?? "", pilotAgent: pilotAgent ?? "", ...files, ...base };
  const images = await packIstioImages(build.cache, parts, build.say);
  return { version, istioctl: istioctl ?? "", ...files, ...images };
}
