// What the last run of all lab tests gave, as docs/proof keeps it, and the lines that say it and how old it is. Pure.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Of everything below src and below lab, by content. */
export interface SourceHashes {
  readonly src: string;
  readonly lab: string;
}

export interface LabProof extends Counts {
  readonly version: "lab-full.v1";
  /** When the run ended, in UTC. */
  readonly at: string;
  readonly commit: string;
  /** Whether src or lab had changes on top of the commit. */
  readonly changed: boolean;
  readonly hashes: SourceHashes;
  /** What made random choices repeatable; null: none was given. */
  readonly seed: string | null;
  /** Of the whole run, the lab's start and end included. */
  readonly minutes: number;
  readonly minutesByFile: Readonly<Record<string, number>>;
  readonly machine: { readonly cores: number; readonly memoryGiB: number };
}

/** Where a checkout stands when the proof is looked at. */
export interface Standing {
  readonly at: number;
  /** Commits since the proof's own; null: that commit is not known here. */
  readonly commitsSince: number | null;
  readonly hashes: SourceHashes;
}

export function inHundredths(minutes: number): number {
  return Math.round(minutes * 100) / 100;
}

export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** One line for people. */
export function proofLine(proof: LabProof): string {
  const { at, commit, changed, seed, minutes, machine } = proof;
  const seeded = seed === null ? "" : `, seed ${seed}`;
  const on = `${machine.cores} cores, ${machine.memoryGiB} GiB`;
  return `lab:full on ${at.slice(0, 10)} at ${commit.slice(0, 12)}${changed ? " with changes" : ""}${seeded}: ${countsText(proof)}, ${minutes.toFixed(1)} min on ${on}`;
}

/** How old it is, and whether it still speaks of what is here. */
export function ageLine(proof: LabProof | null, now: Standing): string {
  if (proof === null) return "no result of lab:full is kept: run it";
  const days = Math.max(0, Math.floor((now.at - Date.parse(proof.at)) / 86_400_000));
  const commits = now.commitsSince === null ? "of a commit that is not known here" : `${now.commitsSince} commits old`;
  const changed = (["src", "lab"] as const).filter((folder) => proof.hashes[folder] !== now.hashes[folder]);
  const since =
    changed.length === 0 ? "src and lab are as they were then" : `${changed.join(" and ")} changed since then`;
  return `${proofLine(proof)}; ${days} days and ${commits}, ${since}`;
}
