// Where in meshferry.yaml a field stands, and what its text says; knows positions, not settings.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type YAMLError } from "yaml";

export interface ConfigText {
  readonly value: unknown;
  /** What is no YAML; empty if the value can be used. */
  readonly errors: readonly { readonly line: number; readonly reason: string }[];
  /** The line of the field at the end of this way, or of the nearest one around it. */
  lineOf(way: readonly PropertyKey[]): number;
}

/** Parses a configuration. */
export function parseConfigText(text: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const errors = document.errors.map((error) => ({ line: lineAt(error.pos[0]), reason: reasonOf(error) }));
  const lineOf = (way: readonly PropertyKey[]) => lineAt(offsetOf(document, way));
  if (errors.length > 0) return { value: null, errors, lineOf };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), errors, lineOf };
  } catch {
    return { value: null, errors: [{ line: 1, reason: "its aliases cannot be resolved" }], lineOf };
  }
}

function reasonOf(error: YAMLError): string {
  return error.code.toLowerCase().replaceAll("_", " ");
}

function offsetOf(document: Document, way: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of way) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node)) break;
      offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
