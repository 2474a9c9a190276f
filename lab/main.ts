// The lab's command: words in, a call, an exit code.
import process from "node:process";
import { runBuild } from "./build/run-build.ts";
import { placesFrom } from "./machine/places.ts";
import { sayOnTerminal as say } from "./machine/progress.ts";
import { LabTrouble } from "./machine/trouble.ts";

const usage = `Usage: npm run lab -- build

  build   compiles, installs and packs what the lab needs and lacks (root; Debian 12, Go, Python)
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.length !== 1 || args[0] !== "build") {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0)
    throw new LabTrouble("the lab needs root", "it installs packages and makes root file systems", "run it as root");
  await runBuild(placesFrom(process.env), say);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`lab: ${error instanceof LabTrouble ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
