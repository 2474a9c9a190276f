// One cluster while it is being started: its namespaces, its addresses, its files.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterAddresses } from "../network/address-plan.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { type Namespaces, runsInside } from "../node/namespaces.ts";

export interface NodePart {
  readonly name: string;
  readonly folder: string;
  readonly namespaces: Namespaces;
  readonly addresses: ClusterAddresses;
  readonly kubeconfig: string;
  readonly server: string;
}

/** Fails when a program that is waited for has ended, with the last of what it said. */
export async function stillRuns({ namespaces }: NodePart, program: string, log: string): Promise<void> {
  if (await runsInside(namespaces, program)) return;
  throw new LabTrouble(`${log} ended on ${namespaces.name}`, await lastLines(namespaces, log), "read its log");
}

export async function lastLines({ logs }: Namespaces, log: string): Promise<string> {
  const text = await readFile(join(logs, `${log}.log`), "utf8").catch(() => "it has no log");
  return text.trim().split("\n").slice(-6).join("\n    ").slice(-2000);
}
