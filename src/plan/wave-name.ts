// Which waves name namespaces, which one is for everybody, and what a wave is called in titles: "Wave 2 of 4".
import type { MeshId } from "../core/ids.ts";
import type { Wave } from "./plan.ts";

/** Every namespace, as exportTo has it. */
export const everyNamespace: readonly string[] = ["*"];

export function isForEverybody({ namespaces }: Pick<Wave, "namespaces">): boolean {
  return namespaces.includes("*");
}

/** The first waves that move somebody: their clients use the new path before anybody else's. */
export function canaryWaves(waves: readonly Wave[]): Wave[] {
  return waves.filter(({ number, namespaces }) => number === 1 && namespaces.length > 0);
}

/** "Wave 2 of 4"; `number` "last" is that of the last one. */
export function waveName(waves: readonly Wave[], importer: MeshId, number: number | "last"): string {
  const count = waves.filter((wave) => wave.importer === importer).length;
  return `Wave ${number === "last" ? count : number} of ${count}`;
}
