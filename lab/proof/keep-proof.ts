// Keeps the last result of lab:full in docs/proof, and finds out where the checkout stands to it.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { labFolder } from "../machine/places.ts";
import { tryCommand } from "../machine/run-command.ts";
import { type Counts, inHundredths, type LabProof, proofLine, type SourceHashes, type Standing } from "./proof.ts";

const project = join(labFolder, "..");
/** JSON for programs, one line of text for people. */
const kept = { json: "docs/proof/lab-full.json", text: "docs/proof/lab-full.txt" };

export interface RunResult extends Counts {
  readonly begun: number;
  readonly minutesByFile: Readonly<Record<string, number>>;
  readonly seed: string | null;
}

export async function readProof(): Promise<LabProof | null> {
  const text = await readFile(join(project, kept.json), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as LabProof);
}

export async function keepProof({ begun, seed, minutesByFile, ...counts }: RunResult): Promise<string> {
  const { passed, failed, skipped } = counts;
  const proof: LabProof = {
    version: "lab-full.v1",
    at: `${new Date().toISOString().slice(0, 19)}Z`,
    commit: (await git("rev-parse", "HEAD")) ?? "unknown",
    changed: (await git("status", "--porcelain", "--", "src", "lab")) !== "",
    hashes: await sourceHashes(),
    seed,
    passed,
    failed,
    skipped,
    minutes: inHundredths((Date.now() - begun) / 60_000),
    minutesByFile,
    machine: { cores: availableParallelism(), memoryGiB: Math.round(totalmem() / 2 ** 30) },
  };
  await mkdir(join(project, "docs", "proof"), { recursive: true });
  await writeFile(join(project, kept.json), `${JSON.stringify(proof, null, 2)}\n`);
  await writeFile(join(project, kept.text), `${proofLine(proof)}\n`);
  return kept.json;
}

export async function standing(proof: LabProof | null): Promise<Standing> {
  const commits = proof === null ? null : await git("rev-list", "--count", `${proof.commit}..HEAD`);
  return { at: Date.now(), commitsSince: commits === null ? null : Number(commits), hashes: await sourceHashes() };
}

async function sourceHashes(): Promise<SourceHashes> {
  return { src: await hashOf("src"), lab: await hashOf("lab") };
}

/** Of the names and contents of all files that git knows or would take up, as they are now. */
async function hashOf(folder: string): Promise<string> {
  const listed = (await git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder)) ?? "";
  const names = [...new Set(listed.split("\0").filter(Boolean))].sort();
  const hash = createHash("sha256");
  for (const name of names) {
    const bytes = await readFile(join(project, name)).catch(() => null);
    if (bytes !== null) hash.update(`${name}\0${createHash("sha256").update(bytes).digest("hex")}\n`);
  }
  return hash.digest("hex");
}

/** Null when git fails: no repository, or no such commit. */
async function git(...args: readonly string[]): Promise<string | null> {
  const { status, stdout } = await tryCommand("git", args, { cwd: project, timeoutMs: 30_000 });
  return status === 0 ? stdout.trim() : null;
}
