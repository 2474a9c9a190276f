// Values as YAML text: manifests of the plan folder and `-o yaml`. Deterministic, safe to print, and read as the same values by
// kubectl (YAML 1.1 words) and by YAML 1.2. Written by hand: the packages take 10 to 40 times as long, a plan has 70,000 objects.
import { isJsonObject } from "../core/json.ts";
import { compareText } from "../core/order.ts";
import { unsafeCharacters } from "./model/json-text.ts";

export interface YamlOptions {
  /** Strings that must stand unquoted, such as placeholders. */
  readonly plain?: ReadonlySet<string>;
  /** Keys in the order in which people expect them in a manifest, the others by code unit; without it, as the value holds them. */
  readonly manifest?: boolean;
}

/** Lines are never folded, aliases never used. What JSON cannot hold is left out, as JSON.stringify does. */
export function yamlText(value: unknown, options: YamlOptions = {}): string {
  if (!isContainer(value)) return `${scalar(value, "", options)}\n`;
  return isEmpty(value) ? `${emptyText(value)}\n` : below(value, "", options);
}

const firstKeys = ["apiVersion", "kind", "metadata", "name", "namespace"];

/** The lines of an object or list that is not empty, each indented and ended. */
function below(value: object, indent: string, options: YamlOptions): string {
  return isList(value) ? listLines(value, indent, options) : mapLines(value, indent, options);
}

function listLines(list: readonly unknown[], indent: string, options: YamlOptions): string {
  let text = "";
  for (const item of list) {
    if (isContainer(item) && !isEmpty(item)) {
      // The first line of what is below stands behind the dash.
      text += `${indent}- ${below(item, `${indent}  `, options).slice(indent.length + 2)}`;
    } else text += `${indent}- ${isContainer(item) ? emptyText(item) : scalar(item, indent, options)}\n`;
  }
  return text;
}

function mapLines(map: object, indent: string, options: YamlOptions): string {
  let text = "";
  const values: Readonly<Record<string, unknown>> = { ...map };
  for (const key of keysOf(map, options.manifest === true)) {
    const value = values[key];
    if (value === undefined) continue;
    const word = quotedWhereNeeded(key);
    // YAML allows no longer key in front of a colon.
    const long = word.length > 1000;
    const head = long ? `${indent}? ${word}\n${indent}:` : `${indent}${word}:`;
    if (!isContainer(value)) text += `${head} ${scalar(value, indent, options)}\n`;
    else if (isEmpty(value)) text += `${head} ${emptyText(value)}\n`;
    else text += `${head}\n${below(value, Array.isArray(value) && !long ? indent : `${indent}  `, options)}`;
  }
  return text;
}

function keysOf(map: object, manifest: boolean): string[] {
  const keys = Object.keys(map);
  if (!manifest) return keys;
  for (let at = 1; at < keys.length; at += 1) {
    if (compareKeys(keys[at - 1] ?? "", keys[at] ?? "") > 0) return keys.sort(compareKeys);
  }
  return keys;
}

function compareKeys(left: string, right: string): number {
  return rankOf(left) - rankOf(right) || compareText(left, right);
}

function rankOf(key: string): number {
  const at = firstKeys.indexOf(key);
  return at < 0 ? firstKeys.length : at;
}

function scalar(value: unknown, indent: string, options: YamlOptions): string {
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  if (options.plain?.has(value) === true) return value;
  return value.includes("\n") && fitsBlock(value) ? block(value, `${indent}  `) : quotedWhereNeeded(value);
}

/** Newlines may stand in a block scalar; everything else that is unsafe, and blanks that are not seen, need quotes. */
function fitsBlock(text: string): boolean {
  if (/^\s|\n\n$|(?:^|\n)[ \t]+(?:\n|$)/u.test(text)) return false;
  return text.replaceAll("\n", "").search(unsafeCharacters) < 0;
}

function block(text: string, indent: string): string {
  const ended = text.endsWith("\n");
  const lines = (ended ? text.slice(0, -1) : text).split("\n");
  return [ended ? "|" : "|-", ...lines.map((line) => (line === "" ? "" : indent + line))].join("\n");
}

/** Begins with a letter, "_" or "/", so it is no number or date; no colon or hash that YAML acts on. */
const plainText = /^[A-Za-z_/][\w./@-]*(?:[: ][\w./@-]+)*$/u;
/** What kubectl or a YAML reader takes for something else than text. */
const words = /^(?:y|n|yes|no|on|off|true|false|null)$/iu;

function quotedWhereNeeded(text: string): string {
  if (plainText.test(text) && !(text.length <= 5 && words.test(text))) return text;
  return JSON.stringify(text).replaceAll(unsafeCharacters, escaped);
}

function escaped(found: string): string {
  return `\\U${(found.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}

function isEmpty(value: object): boolean {
  return isList(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function emptyText(value: object): string {
  return isJsonObject(value) ? "{}" : "[]";
}
