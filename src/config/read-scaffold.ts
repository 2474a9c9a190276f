// A scaffold's configuration to what it means, or to findings with file and line. Reads that file, and of each linked mesh its
// root certificate: never a key.
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { Finding, Produced } from "../core/finding.ts";
import { scaffoldKeyUnknown, scaffoldRootUnusable, scaffoldValueWrong } from "../findings/codes/scaffold.ts";
import { checkScaffold } from "../scaffold/check-config.ts";
import { scaffoldJsonSchema } from "../scaffold/config-json-schema.ts";
import { SCAFFOLD_VERSION, scaffoldFile, type ScaffoldFile } from "../scaffold/config-shape.ts";
import type { Way } from "../scaffold/problem.ts";
import { linkedWith, linksOf, resolveScaffold } from "../scaffold/resolve.ts";
import type { Scaffold } from "../scaffold/scaffold.ts";
import type { ConfigText } from "./config-lines.ts";
import { nearMiss } from "./near-miss.ts";
import { fieldText, keysAt, readConfigText, readReason, refused, shown, valueAtWay } from "./config-text.ts";

export interface ReadScaffold {
  readonly scaffold: Scaffold;
  /** PEM by the mesh's name, of every mesh that has a link. */
  readonly roots: ReadonlyMap<string, string>;
}

/** Reads a scaffold's configuration. The value is null if anything in it, or in the certificates that it names, is wrong. */
export async function readScaffold(file: string): Promise<Produced<ReadScaffold | null>> {
  const read = await readConfigText(file, SCAFFOLD_VERSION);
  if (read.value === null) return { value: null, findings: read.findings };
  const parsed = read.value;
  const result = scaffoldFile.safeParse(parsed.value);
  if (!result.success) return refused(result.error.issues.flatMap((issue) => issueFindings(issue, [], parsed, file)));
  const problems = checkScaffold(result.data, nearMiss);
  if (problems.length > 0) {
    return refused(
      problems.map(({ at, finding }) =>
        finding({ file, line: parsed.lineOf(at) }, at.length === 0 ? "the configuration" : fieldText(at)),
      ),
    );
  }
  const roots = await readRoots(result.data, parsed, file);
  if (roots.findings.length > 0) return refused(roots.findings);
  return { value: { scaffold: resolveScaffold(result.data), roots: roots.value }, findings: [] };
}

type Issue = z.core.$ZodIssue;

/** Of a union, what is wrong with the form that was begun: a text, a list or an object. */
function issueFindings(issue: Issue, before: Way, text: ConfigText, file: string): Finding[] {
  const way = [...before, ...issue.path];
  const at = [{ file, line: text.lineOf(way) }];
  const field = way.length === 0 ? "the configuration" : fieldText(way);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const meant = nearMiss(key, keysAt(scaffoldJsonSchema(), way));
      return scaffoldKeyUnknown.at([{ file, line: text.lineOf([...way, key]) }], {
        key: `"${shown(key)}"`,
        where: field,
        suggestion: meant === null ? "" : ` Is "${meant}" meant?`,
      });
    });
  }
  const found = valueAtWay(text.value, way);
  if (issue.code === "invalid_union" && found !== undefined) {
    const begun = issue.errors.find((issues) => !issues.some((each) => each.path.length === 0 && isOtherType(each)));
    if (begun) return begun.flatMap((each) => issueFindings(each, way, text, file));
  }
  const problem =
    found === undefined && issue.code !== "custom"
      ? "is missing"
      : issue.code === "invalid_union"
        ? "is none of the forms that it may have"
        : issue.message;
  return [scaffoldValueWrong.at(at, { field, problem })];
}

function isOtherType({ code }: Issue): boolean {
  return code === "invalid_type" || code === "invalid_value";
}

async function readRoots(
  config: ScaffoldFile,
  text: ConfigText,
  file: string,
): Promise<Produced<ReadonlyMap<string, string>>> {
  const roots = new Map<string, string>();
  const findings: Finding[] = [];
  const links = linksOf(config);
  for (const [index, mesh] of config.meshes.entries()) {
    if (linkedWith(links, mesh.name).length === 0) continue;
    const named =
      mesh.root ?? (config.certs === undefined ? null : path.join(config.certs, mesh.name, "root-cert.pem"));
    const read = named === null ? "no certs and no root is stated" : await rootIn(path.dirname(file), named);
    if (typeof read !== "string") roots.set(mesh.name, read.pem);
    else {
      const at = mesh.root === undefined ? ["meshes", index, "name"] : ["meshes", index, "root"];
      findings.push(
        scaffoldRootUnusable.at([{ file, line: text.lineOf(at) }], { mesh: mesh.name, problem: shown(read) }),
      );
    }
  }
  return { value: roots, findings };
}

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, or why they cannot be a root. */
async function rootIn(folder: string, named: string): Promise<{ readonly pem: string } | string> {
  let text: string;
  try {
    text = await readFile(path.resolve(folder, named), "utf8");
  } catch (error) {
    return `${named}: ${readReason(error)}`;
  }
  if (text.includes("PRIVATE KEY")) return `${named} holds a private key`;
  const found = text.match(certificates) ?? [];
  if (found.length === 0) return `${named} holds no certificate`;
  for (const pem of found) {
    const certificate = orNull(() => new X509Certificate(pem));
    if (certificate === null) return `${named} holds a certificate that cannot be read`;
    if (!certificate.ca) return `${named} holds a certificate that is no CA's`;
  }
  return { pem: `${found.join("\n")}\n` };
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
