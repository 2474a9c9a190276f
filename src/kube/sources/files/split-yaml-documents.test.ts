import { describe, expect, it } from "vitest";
import { splitYamlDocuments } from "./split-yaml-documents.ts";

const split = (text: string) => splitYamlDocuments(text).map((each) => [each.text, each.line, each.contentLine]);

describe("splitYamlDocuments", () => {
  it("cuts at markers, with and without comments, and drops what is empty", () => {
    expect(split("---\n# x\n\na: 1\n--- # two\n---\nb: 2\n---\n")).toEqual([
      ["---\n# x\n\na: 1\n", 1, 4],
      ["---\nb: 2\n", 6, 7],
    ]);
  });

  it("takes content after a marker", () => {
    expect(split("--- {a: 1}\n--- |\n text\n")).toEqual([
      ["--- {a: 1}\n", 1, 1],
      ["--- |\n text\n", 2, 2],
    ]);
  });

  it("ends a document at dots, and keeps directives with what follows", () => {
    expect(split("a: 1\n...\n%YAML 1.1\n---\nb: 2")).toEqual([
      ["a: 1\n", 1, 1],
      ["%YAML 1.1\n---\nb: 2", 3, 5],
    ]);
  });

  it("knows carriage returns and byte order marks", () => {
    expect(split("\uFEFFa: 1\r\n---\r\n\uFEFFb: 2\r\n")).toEqual([
      ["a: 1\r\n", 1, 1],
      ["---\r\nb: 2\r\n", 2, 3],
    ]);
  });

  it("takes no longer dashes and nothing indented for a marker", () => {
    expect(split("a: |\n  ---\n  x\nb: 1\n----: 2\n---x: 3\n").length).toBe(1);
  });

  it("takes a marker in a block scalar for a marker, as YAML does", () => {
    expect(split("a: |\n  x\n---\nb: 1\n").map(([, line]) => line)).toEqual([1, 3]);
  });
});
