// Values as YAML text: manifests of the plan folder and `-o yaml`. Deterministic, and safe to print.
import { Document, Scalar, visit } from "yaml";
import { unsafeCharacters } from "./model/json-text.ts";

/** Lines are never folded, aliases never used. `plain` names strings that must stand unquoted, such as placeholders. */
export function yamlText(value: unknown, plain: ReadonlySet<string> = new Set()): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== "string") return;
      if (plain.has(node.value)) node.type = Scalar.PLAIN;
      else if (hidesSomething(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, indentSeq: false });
  return text.replaceAll(unsafeCharacters, (found) => (found === "\n" ? found : escaped(found)));
}

/** Newlines may stand in a block scalar; everything else that is unsafe needs the escapes of double quotes. */
function hidesSomething(text: string): boolean {
  return text.replaceAll("\n", "").search(unsafeCharacters) >= 0;
}

function escaped(found: string): string {
  return `\\U${(found.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}
