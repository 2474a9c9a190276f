// How a finding's code is declared: severity and all texts in one place, so that producers pass facts and never prose.
import type { Finding, FindingCode, Severity } from "../../core/finding.ts";
import type { Json } from "../../core/json.ts";
import type { ObjectRef, Origin } from "../../core/object-ref.ts";

export interface CodeText {
  readonly code: FindingCode;
  /** A short name in kebab-case: "peer-unpaired". */
  readonly name: string;
  readonly severity: Severity;
  /** One line; "{param}" is replaced by the finding's parameter. */
  readonly message: string;
  /** Why it matters. */
  readonly why: string;
  /** What the user does about it. */
  readonly todo: string;
}

/** A declared code: its texts, and the maker of its findings. */
export interface Code<P extends string> extends CodeText {
  at(subjects: readonly (ObjectRef | Origin)[], params: Readonly<Record<P, Json>>): Finding;
}

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** Declares a code. The parameters that `at` demands are the placeholders of `message` and `todo`. */
export function defineCode<const M extends string, const T extends string>(
  text: Omit<CodeText, "message" | "todo"> & { readonly message: M; readonly todo: T },
): Code<Placeholders<M> | Placeholders<T>> {
  return {
    ...text,
    at: (subjects, params) => ({
      code: text.code,
      severity: text.severity,
      subjects,
      params,
    }),
  };
}
