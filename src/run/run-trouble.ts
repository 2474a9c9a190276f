// What stops a run as a whole, as an exception inside src/run: the executor turns it into the end of the run.
import type { Finding } from "../core/finding.ts";

export class RunTrouble extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.code);
    this.name = "RunTrouble";
    this.finding = finding;
  }
}
