// What a check is: a question about the meshes whose answer is findings. One file each, registered in registry.ts.
import type { Finding } from "../../core/finding.ts";
import type { Federation } from "../../federation/federation.ts";
import type { Inventory } from "../../inventory/mesh.ts";
import type { Route } from "../../routes/route.ts";
import type { Target } from "../../target/generate-target.ts";

export interface CheckInput {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly routes: readonly Route[];
  readonly target: Target;
}

export type Check = (input: CheckInput) => readonly Finding[];
