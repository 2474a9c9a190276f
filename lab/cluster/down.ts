// Takes a lab down, whatever state it is in.
import type { Say } from "../machine/progress.ts";
import { timed } from "../machine/progress.ts";
import { removeLab } from "./remove-lab.ts";
import { withLabLock } from "./up.ts";

export async function down(state: string, say: Say): Promise<void> {
  await withLabLock(state, say, async () => {
    const there = await timed(say, "down", async () => removeLab(state));
    if (!there) say(`lab: nothing was there in ${state}`);
  });
}
