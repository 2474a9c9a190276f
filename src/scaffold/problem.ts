// Something wrong in a scaffold's configuration, before its place in the file is known.
import type { Finding } from "../core/finding.ts";
import type { Origin } from "../core/object-ref.ts";
import { scaffoldValueWrong } from "../findings/codes/scaffold.ts";

/** The way to a field. */
export type Way = readonly PropertyKey[];

/** A finding that waits for its place: the way to the field says where. */
export interface Problem {
  readonly at: Way;
  readonly finding: (place: Origin, field: string) => Finding;
}

/** A value that cannot be meant. */
export function wrong(at: Way, problem: string): Problem {
  return { at, finding: (place, field) => scaffoldValueWrong.at([place], { field, problem }) };
}
