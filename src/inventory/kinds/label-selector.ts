// Kubernetes' label selector (meta/v1 LabelSelector), as many kinds hold one.
import { list, maybePart, type Out, part, string, text, textMap } from "./fields.ts";

const fields = {
  matchLabels: textMap,
  matchExpressions: list(part({ key: text, operator: text, values: list(string) })),
};

export const labelSelector = part(fields);
export type LabelSelector = Out<typeof labelSelector>;

/** Where none selects something else than an empty one does. */
export const maybeLabelSelector = maybePart(fields);
