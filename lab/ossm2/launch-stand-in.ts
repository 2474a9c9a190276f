// Starts the stand-in beside a lab, to stay until the lab is taken down: its argument marks it as one of the lab's processes.
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Lab } from "../cluster/lab-cluster.ts";
import { labFolder } from "../machine/places.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { labMark } from "../node/lab-processes.ts";
import { cleanEnvironment } from "../node/namespaces.ts";

/** Does the work while the stand-in runs, and fails at once when it ends. */
export async function withLaunchedStandIn<T>(lab: Lab, work: () => Promise<T>): Promise<T> {
  const path = join(lab.folder, "ossm2.log");
  const log = await open(path, "a");
  const tsx = pathToFileURL(join(labFolder, "..", "node_modules", "tsx", "dist", "loader.mjs")).href;
  // On the machine itself, not in a node: it opens gates in all of them.
  const child = spawn(process.execPath, ["--import", tsx, join(labFolder, "ossm2", "main.ts"), labMark(lab.folder)], {
    stdio: ["ignore", log.fd, log.fd],
    env: { ...cleanEnvironment, MESHFERRY_LAB_STATE: lab.folder },
    cwd: "/",
    detached: true,
  });
  await log.close();
  try {
    return await Promise.race([work(), endOf(child, path)]);
  } finally {
    child.removeAllListeners();
    child.unref();
  }
}

async function endOf(child: ChildProcess, log: string): Promise<never> {
  const why = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(`it ended (${code ?? signal})`));
  });
  throw new LabTrouble("the OSSM 2 stand-in does not run", why, `read ${log}`);
}
