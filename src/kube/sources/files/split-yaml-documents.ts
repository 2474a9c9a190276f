// Cuts a YAML stream into its documents before any parsing, so that one bad document hides no other. Knows only markers, comments
// and directives; one pass, linear. By YAML's rules `---` at column 0 is a marker even inside a block scalar (kubectl: the same).

export interface YamlChunk {
  /** Directives, marker and content of one document. */
  readonly text: string;
  /** The line (from 1) on which `text` begins. */
  readonly line: number;
  /** The line of the first content. */
  readonly contentLine: number;
}

const HASH = 35;
const PERCENT = 37;

/** The documents of a stream that have content, in their order. A byte order mark may stand before each. */
export function splitYamlDocuments(stream: string): YamlChunk[] {
  const text = stream.includes("\n\uFEFF") ? stream.replaceAll("\n\uFEFF", "\n") : stream;
  const chunks: YamlChunk[] = [];
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  let startLine = 1;
  let contentLine: number | null = null;
  let marked = false;
  const cut = (end: number) => {
    if (contentLine !== null) chunks.push({ text: text.slice(start, end), line: startLine, contentLine });
    contentLine = null;
    marked = false;
  };
  let line = 1;
  for (let at = start; at < text.length; line += 1) {
    const newline = text.indexOf("\n", at);
    const next = newline === -1 ? text.length : newline + 1;
    const marker = markerAt(text, at);
    if (marker === "---") {
      if (contentLine !== null || marked) {
        cut(at);
        start = at;
        startLine = line;
      }
      marked = true;
      if (hasContent(text, at + 3, next)) contentLine = line;
    } else if (marker === "...") {
      cut(at);
      start = next;
      startLine = line + 1;
    } else if (contentLine === null && hasContent(text, at, next)) {
      if (marked || text.charCodeAt(at) !== PERCENT) contentLine = line;
    }
    at = next;
  }
  cut(text.length);
  return chunks;
}

function markerAt(text: string, at: number): "---" | "..." | null {
  const first = text.charCodeAt(at);
  if (first !== 45 && first !== 46) return null;
  const marker = text.startsWith("---", at) ? "---" : text.startsWith("...", at) ? "..." : null;
  return marker !== null && isBlank(text.charCodeAt(at + 3)) ? marker : null;
}

// Space, tab, line feed, carriage return, or the end of the text.
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13 || Number.isNaN(code);
}

function hasContent(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (!isBlank(code)) return code !== HASH;
  }
  return false;
}
