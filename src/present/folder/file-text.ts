// The text of a file: at hand, or, where it is long, made piece by piece when it is written, so that it is never held as a whole.
import type { ApplyAction } from "../model/step-view.ts";
import type { PlanPiece } from "./plan-json.ts";

export interface LongText {
  /** Each call makes the same pieces anew. */
  readonly pieces: () => Iterable<string>;
  /** What another thread can make of it; null: nothing. */
  readonly elsewhere: Elsewhere | null;
}

export type Elsewhere =
  /** All of it: the manifests of these objects, without slots, one after the other. */
  | { readonly makes: "manifests"; readonly applies: readonly ApplyAction[] }
  /** The plan's templates (templateLines in plan-json.ts), which stand between a short head and the rest. */
  | {
      readonly makes: "plan";
      readonly head: string;
      readonly hashes: readonly string[];
      readonly rest: () => Iterable<PlanPiece>;
    };

export type FileText = string | LongText;
