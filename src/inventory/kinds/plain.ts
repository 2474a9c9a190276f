// Small core kinds: Namespace, ConfigMap, Node, and Secrets by name only (the readers drop every value of a Secret).
import { z } from "zod";
import { list, metadata, part, text, textMap } from "./fields.ts";

export const namespace = z.object({ metadata });
export type Namespace = z.output<typeof namespace>;

export const configMap = z.object({ metadata, data: textMap });
export type ConfigMap = z.output<typeof configMap>;

export const secret = z.object({ metadata, type: text });
export type Secret = z.output<typeof secret>;

export const node = z.object({
  metadata,
  status: part({ addresses: list(part({ type: text, address: text })) }),
});
export type Node = z.output<typeof node>;
