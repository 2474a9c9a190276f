// A setting of a control plane as it is in force: what its spec says, else what the operator has made of the profile.
import type { Json } from "../../core/json.ts";
import { type Pointer, valueAt } from "../../core/pointer.ts";
import type { Mesh } from "../../inventory/mesh.ts";

/** The value at a pointer below the spec; a profile's values show only in status.appliedSpec (Maistra operator 2.5). */
export function settingOf({ controlPlane }: Mesh, path: Pointer): Json | undefined {
  const { object, view } = controlPlane;
  const stated = valueAt(object.body, `/spec${path}`);
  if (stated !== undefined && stated !== null) return stated;
  if (view.status.observedGeneration !== view.metadata.generation) return undefined;
  return valueAt(object.body, `/status/appliedSpec${path}`);
}
