// The meshes that a check has to look at: those that a carried route joins.
import type { Mesh } from "../../inventory/mesh.ts";
import type { CheckInput } from "./check.ts";

export interface Participants {
  readonly exporters: readonly Mesh[];
  readonly importers: readonly Mesh[];
  readonly all: readonly Mesh[];
}

export function participants({ inventory, target }: CheckInput): Participants {
  const carried = target.carried;
  const exporting = new Set(carried.map(({ exporter }) => exporter.mesh.id));
  const importing = new Set(carried.map(({ importer }) => importer.mesh.id));
  return {
    exporters: inventory.meshes.filter(({ id }) => exporting.has(id)),
    importers: inventory.meshes.filter(({ id }) => importing.has(id)),
    all: inventory.meshes.filter(({ id }) => exporting.has(id) || importing.has(id)),
  };
}
