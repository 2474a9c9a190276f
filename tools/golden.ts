// The harder example as the command line shows it: texts that are kept beside the tests, and reviewed byte by byte when they change.
import { fileURLToPath } from "node:url";
import { runCli } from "../src/cli/run-cli.ts";

const folder = fileURLToPath(new URL("../examples/four-meshes", import.meta.url));

/** File name below test/examples/golden → the arguments whose output it holds. */
const commands = {
  "inspect.txt": ["inspect"],
  "check.txt": ["check"],
  "plan.txt": ["plan", "--no-rehearse"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Every golden file's text, from the example as it is now. */
export async function goldenTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [name, argv] of Object.entries(commands)) {
    const out: string[] = [];
    await runCli([...argv, "--config", "meshferry.yaml"], {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: () => true },
      cwd: folder,
      env: {},
      columns: 100,
      isTTY: false,
      now: () => new Date("2027-01-01T00:00:00Z"),
    });
    texts.set(name, out.join(""));
  }
  return texts;
}
