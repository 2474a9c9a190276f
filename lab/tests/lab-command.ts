// `npm run lab -- WORDS` for a lab in a folder of its own, as a process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { labFolder, placesFrom } from "../machine/places.ts";

const { cache } = placesFrom(process.env);

export function labCommand(state: string, ...words: readonly string[]) {
  const tsx = pathToFileURL(join(labFolder, "..", "node_modules", "tsx", "dist", "loader.mjs")).href;
  const env = { ...process.env, MESHFERRY_LAB_STATE: state, MESHFERRY_LAB_CACHE: cache };
  const child = spawn(process.execPath, ["--import", tsx, join(labFolder, "main.ts"), ...words], { env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, said }));
  return { child, ended };
}
