import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanJson } from "./scan-json.ts";

describe("scanJson", () => {
  it("finds values and the items of lists, with their lines", () => {
    const text = '{"a": "}{\\"", "items": [1,\n {"x": [{}]},\n\n {}]}\n\n{"items": {}}';
    const found = scanJson(text)?.map((value) => ({
      text: text.slice(value.start, value.end),
      line: value.line,
      items: value.items.map((item) => [text.slice(item.start, item.end), item.line]),
    }));
    expect(found).toEqual([
      {
        text: '{"a": "}{\\"", "items": [1,\n {"x": [{}]},\n\n {}]}',
        line: 1,
        items: [
          ['{"x": [{}]}', 2],
          ["{}", 4],
        ],
      },
      { text: '{"items": {}}', line: 6, items: [] },
    ]);
  });

  it("gives null for what is no stream of objects", () => {
    expect(scanJson("{a: 1}\n---\nb: 2")).toBeNull();
    expect(scanJson('{"a": 1}}')).toBeNull();
  });

  it("takes a value that is cut short to the end of the text", () => {
    expect(scanJson('{"a": [1')).toEqual([{ start: 0, end: 8, line: 1, items: [] }]);
  });

  it("finds every value of a stream of any values", () => {
    const container = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(fc.array(container), fc.constantFrom(0, 2), (values, indent) => {
        const text = values.map((value) => JSON.stringify(value, null, indent)).join("\n");
        const spans = scanJson(text) ?? [];
        expect(spans.map((span) => JSON.stringify(JSON.parse(text.slice(span.start, span.end))))).toEqual(
          values.map((value) => JSON.stringify(value)),
        );
      }),
    );
  });
});
