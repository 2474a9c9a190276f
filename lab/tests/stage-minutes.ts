// How long the lab's tests took, with starting and taking down their lab, in the words of the CI's other stages.
import process from "node:process";
import type { Reporter } from "vitest/node";
import { stageMinutes } from "../machine/progress.ts";

export class StageMinutes implements Reporter {
  onInit(): void {
    const begun = Date.now();
    process.on("exit", () => process.stdout.write(`${stageMinutes("lab tests", begun)}\n`));
  }
}
