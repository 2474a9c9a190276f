// Fixtures of the input tests: a folder made for one test, and short manifests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { clusterId } from "../../src/core/ids.ts";
import type { ClusterInput } from "../../src/core/cluster.ts";
import type { Finding } from "../../src/core/finding.ts";
import { refText } from "../../src/core/object-ref.ts";
import { readFiles } from "../../src/kube/sources/files/read-files.ts";

export type Contents = Readonly<Record<string, string | Uint8Array>>;

export const east = clusterId("east");

/** A temporary folder with these files, removed when the test ends. */
export function folderWith(contents: Contents): string {
  const folder = mkdtempSync(path.join(tmpdir(), "meshferry-input-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

/** Reads such a folder, from within, by the path ".". */
export async function readContents(contents: Contents, maxFileSizeBytes = 1_000_000): Promise<ClusterInput> {
  return readFiles(east, ["."], { cwd: folderWith(contents), maxFileSizeBytes });
}

/** A Service as YAML. */
export function service(name: string, namespace = "shop", more = ""): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${more}`;
}

/** The objects as "Kind namespace/name". */
export function names(input: ClusterInput): string[] {
  return input.objects.map((object) => refText(object.ref, false));
}

/** A finding as "CODE file:line", with every place. */
export function brief(finding: Finding): string {
  const places = finding.subjects.flatMap((subject) => ("file" in subject ? [`${subject.file}:${subject.line}`] : []));
  return [finding.code, ...places].join(" ");
}
