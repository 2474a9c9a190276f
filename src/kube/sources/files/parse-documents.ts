// A file's text to its documents, with the line of each and of each item of a list. Knows YAML and JSON, not Kubernetes.
// Findings take the parser's reason and line only: js-yaml's and JSON.parse's own messages quote the source, which may be secret.
import { load, YAMLException, type EventType, type LoadOptions, type State } from "js-yaml";
import type { Finding, Produced } from "../../../core/finding.ts";
import { documentBroken, nestedTooDeep } from "../../../findings/codes/inputs.ts";
import { kubectlYaml } from "./kubectl-yaml.ts";
import { scanJson, type JsonValueSpan } from "./scan-json.ts";
import { splitYamlDocuments, type YamlChunk } from "./split-yaml-documents.ts";

export interface ParsedDocument {
  readonly value: unknown;
  readonly line: number;
  /** The number of characters that it was written in. */
  readonly size: number;
  /** The line of the nth entry of its member "items", of which `item` is the value. */
  itemLine(item: unknown, index: number): number;
}

/** Deeper than any Kubernetes object, shallower than any stack. */
export const MAX_DEPTH = 200;

/**
 * The documents of a text, whichever of YAML or JSON it is in. Like kubectl: what begins with a bracket is tried as JSON, and
 * where that fails as YAML. A document that cannot be read becomes a finding and hides no other.
 */
export function parseDocuments(text: string, file: string): Produced<readonly ParsedDocument[]> {
  const spans = /^\uFEFF?\s*[{[]/.test(text) ? scanJson(text) : null;
  const parsed = spans?.map((span) => parseJson(text, span, file)) ?? parseStream(text, file);
  return {
    value: parsed.flatMap((each) => ("code" in each ? [] : [each])),
    findings: parsed.flatMap((each) => ("code" in each ? [each] : [])),
  };
}

function parseStream(text: string, file: string): (ParsedDocument | Finding)[] {
  return splitYamlDocuments(text).map((chunk) => parseYaml(chunk, file));
}

function parseJson(text: string, span: JsonValueSpan, file: string): ParsedDocument | Finding {
  const slice = text.slice(span.start, span.end);
  try {
    const value: unknown = JSON.parse(slice);
    return {
      value,
      line: span.line,
      size: slice.length,
      itemLine: (_, index) => span.items[index]?.line ?? span.line,
    };
  } catch {
    return parseYaml({ text: slice, line: span.line, contentLine: span.line }, file);
  }
}

function parseYaml(chunk: YamlChunk, file: string): ParsedDocument | Finding {
  const lines = new Map<unknown, number>();
  // The types of js-yaml do not know maxDepth.
  const options: LoadOptions & { readonly maxDepth: number } = {
    schema: kubectlYaml,
    maxDepth: MAX_DEPTH,
    ...(mayHaveItems(chunk.text) ? { listener: itemListener(chunk.line, lines) } : {}),
  };
  try {
    const value = load(chunk.text, options);
    const line = chunk.contentLine;
    return { value, line, size: chunk.text.length, itemLine: (item) => lines.get(item) ?? line };
  } catch (error) {
    return yamlTrouble(error, chunk, file);
  }
}

function mayHaveItems(text: string): boolean {
  return text.includes("items:") || text.includes('items"');
}

// Items are nodes of depth 3: document, the list under "items", its entries.
const ITEM_DEPTH = 3;

function itemListener(firstLine: number, lines: Map<unknown, number>): (event: EventType, state: State) => void {
  let depth = 0;
  let opened = 0;
  return (event, state) => {
    if (event === "open") {
      depth += 1;
      if (depth === ITEM_DEPTH) opened = state.line;
      return;
    }
    const value: unknown = state.result;
    if (depth === ITEM_DEPTH && typeof value === "object" && value !== null && !lines.has(value)) {
      lines.set(value, firstLine + opened);
    }
    depth -= 1;
  };
}

function yamlTrouble(error: unknown, chunk: YamlChunk, file: string): Finding {
  if (!(error instanceof YAMLException)) {
    return documentBroken.at([{ file, line: chunk.contentLine }], { reason: "the parser gave up" });
  }
  const lastLine = chunk.line + (chunk.text.trimEnd().match(/\n/g)?.length ?? 0);
  const line = Math.min(chunk.line + (error.mark?.line ?? 0), lastLine);
  if (error.reason.startsWith("nesting exceeded")) return nestedTooDeep.at([{ file, line }], { limit: MAX_DEPTH });
  return documentBroken.at([{ file, line }], { reason: withoutSource(error.reason) });
}

// js-yaml quotes names of aliases and tags in its reasons; all before the first quote is its own fixed text.
function withoutSource(reason: string): string {
  const end = reason.search(/["'!:(]/);
  return end === -1 ? reason : reason.slice(0, end).trimEnd();
}
