// The line on which a field of an object stands: asked for seldom, when something is wrong with it, so the file is read again and
// parsed by the slow parser that knows positions, loaded only then.
import path from "node:path";
import type * as YamlPackage from "yaml";
import type { Document, Node } from "yaml";
import { isJsonObject } from "../../../core/json.ts";
import type { KubeObject } from "../../../core/object-ref.ts";
import { pointerParts, type Pointer } from "../../../core/pointer.ts";
import { textReader } from "./read-text.ts";
import { scanJson } from "./scan-json.ts";
import { splitYamlDocuments } from "./split-yaml-documents.ts";

export interface FieldPlace {
  readonly file: string;
  readonly line: number;
}

interface Piece {
  readonly text: string;
  /** The line (from 1) of the piece's first character. */
  readonly line: number;
}

/**
 * Where `field` of an object that was read from a file stands: the line of its key, of an entry's first character, or of the
 * nearest field around it if it is not there. null for an object from elsewhere, or whose file has changed or gone.
 */
export async function locateField(
  object: KubeObject,
  field: Pointer,
  options: { readonly cwd?: string; readonly maxFileSizeBytes?: number } = {},
): Promise<FieldPlace | null> {
  if (!("file" in object.origin)) return null;
  const { file, line } = object.origin;
  const text = reread(path.resolve(options.cwd ?? process.cwd(), file), file, options.maxFileSizeBytes);
  if (text === null) return null;
  const yaml = await import("yaml");
  for (const piece of pieces(text, line)) {
    const document = yaml.parseDocument(piece.text, { prettyErrors: false, logLevel: "silent", uniqueKeys: false });
    const root = objectIn(yaml, document, object);
    if (root !== null) {
      return { file, line: lineAt(piece, offsetOf(yaml, document, root, pointerParts(field))) };
    }
  }
  return null;
}

function reread(absolute: string, shown: string, maxBytes = 256 * 1024 * 1024): string | null {
  const text = textReader(maxBytes).read({ shown, absolute });
  return text?.known === true ? text.value : null;
}

// Smallest first: the item of a list alone, then the whole document.
function* pieces(text: string, line: number): Iterable<Piece> {
  const spans = /^\uFEFF?\s*[{[]/.test(text) ? scanJson(text) : null;
  if (spans !== null) {
    for (const span of spans.flatMap((value) => [...value.items, value])) {
      if (span.line === line) yield { text: text.slice(span.start, span.end), line };
    }
    return;
  }
  const chunk = splitYamlDocuments(text).findLast((each) => each.contentLine <= line);
  if (chunk === undefined) return;
  const item = blockItem(chunk, line);
  if (item !== null) yield item;
  yield chunk;
}

// An entry of a block sequence ends before the next line that is not indented deeper than its dash.
function blockItem(chunk: Piece, line: number): Piece | null {
  const lines = chunk.text.split("\n").slice(line - chunk.line);
  const indent = /^( *)-\s/.exec(`${lines[0] ?? ""} `)?.[1]?.length;
  if (indent === undefined) return null;
  const end = lines.findIndex((each, index) => index > 0 && /\S/.test(each) && each.search(/\S/) <= indent);
  const own = end === -1 ? lines : lines.slice(0, end);
  return { text: [(own[0] ?? "").replace("-", " "), ...own.slice(1)].join("\n"), line };
}

type Yaml = Pick<typeof YamlPackage, "isAlias" | "isMap" | "isNode" | "isScalar" | "isSeq">;

// The object itself, or the entry of a list's items that is it.
function objectIn(yaml: Yaml, document: Document, object: KubeObject): Node | null {
  const root = document.contents;
  if (isThis(yaml, document, root, object)) return root;
  const items = yaml.isMap(root) ? resolved(yaml, document, root.get("items", true)) : null;
  if (!yaml.isSeq(items)) return null;
  const found = items.items.map((item) => resolved(yaml, document, item));
  return found.find((item) => isThis(yaml, document, item, object)) ?? null;
}

function isThis(yaml: Yaml, document: Document, node: Node | null, object: KubeObject): boolean {
  if (!yaml.isMap(node)) return false;
  const metadata = resolved(yaml, document, node.get("metadata", true));
  if (!yaml.isMap(metadata)) return false;
  const kind = node.get("kind");
  const namespace = metadata.get("namespace") ?? null;
  const isSameKind = kind === undefined || kind === object.ref.kind;
  return isSameKind && metadata.get("name") === object.ref.name && (namespace || null) === object.ref.namespace;
}

function resolved(yaml: Yaml, document: Document, value: unknown): Node | null {
  if (yaml.isAlias(value)) return value.resolve(document) ?? null;
  return yaml.isNode(value) ? value : null;
}

function offsetOf(yaml: Yaml, document: Document, root: Node, parts: readonly string[]): number {
  let node: Node | null = root;
  let offset = root.range?.[0] ?? 0;
  for (const part of parts) {
    if (yaml.isMap(node)) {
      const pair = node.items.find(({ key }) => keyText(yaml, key) === part);
      if (pair === undefined) break;
      if (yaml.isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = resolved(yaml, document, pair.value);
    } else if (yaml.isSeq(node)) {
      node = resolved(yaml, document, node.items[Number(part)]);
      if (node === null) break;
      offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

function keyText(yaml: Yaml, key: unknown): string {
  const value: unknown = yaml.isScalar(key) ? key.value : key;
  return isJsonObject(value) ? "" : String(value);
}

function lineAt(piece: Piece, offset: number): number {
  return piece.line + (piece.text.slice(0, offset).match(/\n/g)?.length ?? 0);
}
