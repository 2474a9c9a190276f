// The plan as data: phases of steps that an executor and a rehearsal interpret alike. Holds no functions and no secrets.
import type { Condition } from "../conditions/condition.ts";
import type { PlannedMesh } from "../conditions/planned.ts";
import type { Finding } from "../core/finding.ts";
import type { Hash } from "../core/hash.ts";
import type { MeshId, RouteId, StepId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import type { TrustOrder } from "../core/trust-order.ts";
import type { ProbeGroup } from "../dataplane/pair.ts";
import type { Route } from "../routes/route.ts";
import type { Slot, Template } from "../target/desired-object.ts";
import type { Expected } from "./expected.ts";

export type PatchOp =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };

export type Action =
  /** Server-side apply of an object of ours: `Plan.objects[object]` with the fields of `set` laid over it. */
  | {
      readonly do: "apply";
      readonly ref: ObjectRef;
      readonly object: Hash;
      readonly set: readonly { readonly pointer: string; readonly value: Json }[];
    }
  /** JSON patch of an object of theirs, guarded by its test operations. */
  | { readonly do: "patch"; readonly ref: ObjectRef; readonly ops: readonly PatchOp[] }
  | { readonly do: "delete"; readonly ref: ObjectRef }
  /** Deletes of several objects that must not be apart for longer than `withinMs`. */
  | { readonly do: "delete-together"; readonly refs: readonly ObjectRef[]; readonly withinMs: number }
  /** Rolling restart; the annotation's value comes from the step's id, so that a resumed run does not restart twice. */
  | { readonly do: "restart"; readonly workload: ObjectRef }
  | { readonly do: "wait" }
  | { readonly do: "confirm"; readonly loses: readonly ObjectRef[] };

export type Undo =
  /** Put back what was before (the kept image of an object, or its absence), then carry out `also`. */
  | { readonly how: "restore"; readonly also: readonly Action[] }
  | { readonly how: "actions"; readonly actions: readonly Action[] }
  /**
   * Nothing to write (a restart is made once more), but what came before is taken back once this holds; where it does not within the step's time, the undo stops,
   * or goes on and says so.
   */
  | { readonly how: "wait"; readonly done: Condition; readonly otherwise: "stop" | "go-on" }
  /** Nothing to undo. */
  | { readonly how: "none"; readonly needed: false }
  | { readonly how: "none"; readonly needed: true; readonly reason: string };

export interface Step {
  readonly id: StepId;
  /** One line for people. */
  readonly title: string;
  readonly action: Action;
  readonly after: readonly StepId[];
  /** Of `after`, those that could as well come later, but not at the same time: istiods that need each other. Absent: none. */
  readonly apart?: readonly StepId[];
  /** What the object must be when the step begins: as it was seen, absent, ours, or guarded by the patch's own tests. */
  readonly expect: Expected | "absent" | "ours" | "guarded" | "any";
  readonly done: Condition;
  readonly timeoutMs: number;
  readonly undo: Undo;
  readonly routes: readonly RouteId[];
  /** The fact that the step rests on: an id in docs/facts.md. */
  readonly why: { readonly rule: string; readonly params: Readonly<Record<string, Json>> };
}

/** The phases of a migration. */
export type MigrationPhaseId =
  | "prepare"
  | "trust"
  | "network"
  | "export"
  | "import"
  | "shift"
  | "retire-exports"
  | "retire-imports"
  | "retire-peers";

/** The phases that set up meshes from nothing. */
export type ScaffoldPhaseId = "namespaces" | "control-planes" | "peers" | "apps" | "exports" | "imports";

export type PhaseId = MigrationPhaseId | ScaffoldPhaseId;

export interface Phase {
  readonly id: PhaseId;
  /** May begin. */
  readonly gate: Condition;
  readonly steps: readonly Step[];
  /** Probe groups whose requests must pass after the phase. */
  readonly verify: readonly string[];
  /** Whether undo alone restores what was before the phase. */
  readonly reversible: boolean;
}

/** Client namespaces that are moved together: each entry of the importer is written once for each wave. */
export interface Wave {
  readonly importer: MeshId;
  /** 1 is the canary. */
  readonly number: number;
  /** `["*"]`: every namespace, the last wave unless entries are kept from others. Empty: no client is known. */
  readonly namespaces: readonly string[];
  readonly probes: string;
}

export interface BasisEntry {
  readonly ref: ObjectRef;
  /** Which facts of the object the hash covers: see docs/plan-hash.md. */
  readonly of: string;
  readonly hash: Hash;
}

export interface Plan {
  readonly apiVersion: "meshferry/plan.v1";
  readonly madeBy: string;
  /** "scaffold": nothing is migrated, meshes are set up. */
  readonly strategy: "shift" | "scaffold";
  readonly trust: TrustOrder;
  /** Whether the plan was proven; `apply` refuses one that was not. */
  readonly rehearsed: boolean;
  readonly basis: readonly BasisEntry[];
  readonly slots: readonly Slot[];
  readonly objects: Readonly<Record<Hash, Template>>;
  readonly routes: readonly Route[];
  /** In the order of their ids; a scaffold's plan has none. */
  readonly meshes: readonly PlannedMesh[];
  readonly waves: readonly Wave[];
  readonly probes: readonly ProbeGroup[];
  readonly phases: readonly Phase[];
  readonly findings: readonly Finding[];
}
