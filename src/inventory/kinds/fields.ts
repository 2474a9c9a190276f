// Building blocks for the kinds' schemas. Kubernetes manifests write null, "" and nothing for the same thing: absent.
import { z } from "zod";

/** A string; absent is "". */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** A boolean; absent is false. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** A boolean whose absence means something of its own. */
export const maybeFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null);

/** A number; absent is null. */
export const maybeNumber = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** A list; absent is empty. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

/** A map of strings; absent is empty. */
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value): Readonly<Record<string, string>> => value ?? {});

/** An object; absent reads like `{}`. */
export const part = <S extends z.ZodRawShape>(shape: S) => z.preprocess((value) => value ?? {}, z.object(shape));

/** An object; absent is null. */
export const maybePart = <S extends z.ZodRawShape>(shape: S) =>
  z
    .object(shape)
    .nullish()
    .transform((value) => value ?? null);

/** Metadata that every kind is read for. */
export const metadata = part({
  name: text,
  namespace: text,
  labels: textMap,
  annotations: textMap,
  generation: maybeNumber,
  resourceVersion: text,
  ownerReferences: list(part({ apiVersion: text, kind: text, name: text, controller: flag })),
});
