// The text of a file: at hand, or, where it is long, made piece by piece when it is written, so that it is never held as a whole.
import type { ApplyAction } from "../model/step-view.ts";

export interface LongText {
  /** Each call makes the same pieces anew. */
  readonly pieces: () => Iterable<string>;
  /** The text is the manifests of these objects, without slots, one after the other: another thread can make it. null: it is something else. */
  readonly applies: readonly ApplyAction[] | null;
}

export type FileText = string | LongText;
