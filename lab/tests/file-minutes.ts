// How long each file of the lab's tests took, its lab's start and end included: kept with the result of a whole run.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import type { Reporter, TestModule } from "vitest/node";
import { inHundredths } from "../proof/proof.ts";

/** Written to this file, where it is named. */
export const fileMinutesVariable = "MESHFERRY_LAB_FILE_MINUTES";

export class FileMinutes implements Reporter {
  readonly #begun = new Map<string, number>();
  readonly #minutes: Record<string, number> = {};

  onTestModuleQueued({ moduleId }: TestModule): void {
    this.#begun.set(moduleId, Date.now());
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    const begun = this.#begun.get(moduleId) ?? Date.now();
    this.#minutes[relative(process.cwd(), moduleId)] = inHundredths((Date.now() - begun) / 60_000);
  }

  onTestRunEnd(): void {
    const inOrder = Object.fromEntries(
      Object.entries(this.#minutes).sort(([left], [right]) => (left < right ? -1 : 1)),
    );
    const file = process.env[fileMinutesVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(inOrder));
    const lines = Object.entries(inOrder).map(([name, minutes]) => `lab: ${name}: ${minutes.toFixed(2)} min\n`);
    // After the default reporter's summary, before the stage's minutes.
    process.on("exit", () => void process.stdout.write(lines.join("")));
  }
}
