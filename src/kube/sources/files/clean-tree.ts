// One walk over a parsed value before anybody else touches it: refuses what would exhaust memory or stack later (aliases that
// expand, depth, cycles), and empties private keys wherever they stand.
import { pointer, type Pointer } from "../../../core/pointer.ts";
import { MAX_DEPTH } from "./parse-documents.ts";

/** How many values may still be visited in one document. */
export interface Budget {
  left: number;
}

export interface CleanTree {
  readonly trouble: { readonly is: "too-deep" | "too-many" | "not-finite"; readonly at: Pointer } | null;
  /** Where private keys stood. */
  readonly keys: readonly Pointer[];
}

type Container = unknown[] | Record<string, unknown>;
type Trouble = NonNullable<CleanTree["trouble"]>["is"];

/**
 * Walks `root`, an object fresh from a parser, and changes it in place: private keys become "", nested Secrets (in Templates, in
 * ManifestWorks) lose their data. `budget` is shared by the objects of one document.
 */
export function cleanTree(root: object, budget: Budget): CleanTree {
  const way: (string | number)[] = [];
  const keys: Pointer[] = [];

  const enter = (container: Container): Trouble | null => {
    if (way.length >= MAX_DEPTH) return "too-deep";
    if (Array.isArray(container)) {
      for (let index = 0; index < container.length; index += 1) {
        const trouble = step(container, index, container[index]);
        if (trouble !== null) return trouble;
      }
      return null;
    }
    if (container["kind"] === "Secret" && way.length > 0) dropSecretData(container);
    for (const key of Object.keys(container)) {
      const trouble = step(container, key, container[key]);
      if (trouble !== null) return trouble;
    }
    return null;
  };

  const step = (container: Container, key: string | number, value: unknown): Trouble | null => {
    budget.left -= 1;
    if (budget.left < 0) return "too-many";
    if (typeof value === "string") {
      if (value.length > SHORTEST_KEY && holdsPrivateKey(value)) {
        keys.push(pointer(...way, key));
        setOwn(container, key, "");
      }
      return null;
    }
    const isContainer = typeof value === "object" && value !== null;
    if (!isContainer && !(typeof value === "number" && !Number.isFinite(value))) return null;
    way.push(key);
    const trouble = isContainer ? enter(value as Container) : "not-finite";
    // On trouble the way stays as it is: it is the place to name.
    if (trouble === null) way.pop();
    return trouble;
  };

  const trouble = enter(root as Container);
  return { trouble: trouble === null ? null : { is: trouble, at: pointer(...way) }, keys };
}

const SHORTEST_KEY = "-----BEGIN PRIVATE KEY".length - 1;
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;
/** "-----BEGIN" in base64, as in a ConfigMap's binaryData. */
const BEGIN_IN_BASE64 = "LS0tLS1CRUdJTi";

function holdsPrivateKey(text: string): boolean {
  if (text.includes("PRIVATE KEY") && privateKey.test(text)) return true;
  if (!text.startsWith(BEGIN_IN_BASE64)) return false;
  return privateKey.test(Buffer.from(text, "base64").toString("latin1"));
}

function dropSecretData(secret: Record<string, unknown>): void {
  delete secret["data"];
  delete secret["stringData"];
  const { metadata } = secret;
  if (typeof metadata === "object" && metadata !== null && "annotations" in metadata) delete metadata.annotations;
}

// "__proto__" is a key like any other, and must stay an own one.
function setOwn(container: Container, key: string | number, value: string): void {
  Object.defineProperty(container, key, { value, configurable: true, enumerable: true, writable: true });
}
