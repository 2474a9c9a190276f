// What a check is: a positive fact about the meshes, and the findings that say where it does not hold. One file each, registered in registry.ts.
import type { Finding } from "../../core/finding.ts";
import type { GatewayOptions } from "../../core/east-west-options.ts";
import type { ClusterId } from "../../core/ids.ts";
import type { TrustOrder } from "../../core/trust-order.ts";
import type { Federation } from "../../federation/federation.ts";
import type { PodIndex } from "../../federation/pod-index.ts";
import type { Inventory, Mesh } from "../../inventory/mesh.ts";
import type { Route } from "../../routes/route.ts";
import type { Target } from "../../target/generate-target.ts";
import type { CodeText } from "../codes/define-code.ts";

export interface CheckInput {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly routes: readonly Route[];
  readonly target: Target;
  readonly podsOf: (mesh: Mesh) => PodIndex;
  readonly trust: TrustOrder;
  readonly eastWest: GatewayOptions;
}

export interface Check {
  /** What is so where the check holds, as a sentence without a full stop: "Every mesh runs OSSM 2.6". */
  readonly fact: string;
  /** Every code that it can answer with. */
  readonly codes: readonly CodeText[];
  /** The kinds (kindKey) of the clusters' objects that it looks at by itself; what stations before it have read does not count. */
  readonly reads: readonly string[];
  readonly run: (input: CheckInput) => readonly Finding[];
  /** Whether something else than a kind is missing for an answer: the time, for instance. */
  readonly cannotTell?: (input: CheckInput) => boolean;
}

/** Kinds that a check would have looked at, and that nobody supplied. */
export interface MissingKinds {
  readonly cluster: ClusterId;
  /** By kindKey, sorted. */
  readonly kinds: readonly string[];
}

/**
 * What came of a check. It is violated by what blocks or warns; what is for information only leaves the fact standing. One
 * that found nothing, while kinds that it reads were not supplied, says nothing of the meshes.
 */
export interface Answer {
  readonly answer: "held" | "violated" | "not-checked";
  readonly findings: readonly Finding[];
  readonly missing: readonly MissingKinds[];
}
