// Small core kinds: Namespace, ConfigMap, Node, and Secrets by name only (the readers drop every value of a Secret).
import { list, metadata, object, type Out, part, text, textMap } from "./fields.ts";

export const namespace = object({ metadata });
export type Namespace = Out<typeof namespace>;

export const configMap = object({ metadata, data: textMap });
export type ConfigMap = Out<typeof configMap>;

export const secret = object({ metadata, type: text });
export type Secret = Out<typeof secret>;

export const node = object({
  metadata,
  status: part({ addresses: list(part({ type: text, address: text })) }),
});
export type Node = Out<typeof node>;
