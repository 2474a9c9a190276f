// Removes all that a lab has on the machine, whole or half started, running or dead.
import { readdir, rm, writeFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../machine/run-command.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { waitForLinkGone } from "../network/fabric.ts";
import { removeGroups } from "../node/control-groups.ts";
import { endMarkedProcesses } from "../node/lab-processes.ts";

/** Whose folder it is: no other is ever deleted. */
const ownerFile = ".meshferry-lab";

export async function claimFolder(state: string): Promise<void> {
  await checkFolder(state);
  await mkdir(state, { recursive: true });
  await writeFile(join(state, ownerFile), "The state of a running lab. `npm run lab -- down` removes it.\n");
}

async function checkFolder(state: string): Promise<void> {
  const names: readonly string[] = await readdir(state).catch(() => []);
  if (names.length === 0 || names.includes(ownerFile)) return;
  throw new LabTrouble(
    `${state} is no lab's folder`,
    "there are files in it, and not the one that a lab puts there",
    "name another folder in MESHFERRY_LAB_STATE",
  );
}

/** True when there was something. */
export async function removeLab(state: string): Promise<boolean> {
  await checkFolder(state);
  const processes = await endMarkedProcesses(state);
  await removeGroups(state);
  await waitForLinkGone(state);
  for (const mount of await mountsBelow(state)) await runCommand("umount", [mount], { timeoutMs: 10_000 });
  const there = (await readdir(state).catch(() => [])).length > 0;
  await rm(state, { recursive: true, force: true });
  return there || processes > 0;
}

/** The lab mounts in its nodes' own namespaces only; what is deleted has no mount in it all the same. */
async function mountsBelow(state: string): Promise<string[]> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
  return mounts.filter((each) => each === state || each.startsWith(`${state}/`)).reverse();
}
