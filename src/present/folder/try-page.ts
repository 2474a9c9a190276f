// TRY.md of a scaffold's folder: the requests that pass once every phase is done.
import type { Trial } from "../../scaffold/trials.ts";
import { code, shellBlock } from "./markdown.ts";
import { kubectl, resourceWord } from "./kubectl.ts";
import { shellWord } from "./shell-word.ts";

/** The page's text; commands use the variables of README.md. */
export function tryPage(trials: readonly Trial[]): string {
  const lines = ["# Requests to try", ""];
  if (trials.length === 0)
    lines.push("No sample client can dial an imported sample service: none is imported, or there is no client.");
  else lines.push("Each must be answered once the last phase is done; a minute later at most.", "");
  for (const trial of trials) {
    lines.push(
      `${code(`${trial.client.cluster}: ${trial.client.namespace ?? ""}/${trial.client.name}`)} to mesh ${code(trial.exporter)}:`,
      "",
    );
    lines.push(...shellBlock([command(trial)]), "");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function command({ client, words }: Trial): string {
  // Options among them are our own, and read better bare.
  const shown = words.map((word) => (/^-[A-Za-z]+$/u.test(word) ? word : shellWord(word)));
  return kubectl(client, "exec", resourceWord(client), "-c", shellWord(client.name), "--", ...shown);
}
