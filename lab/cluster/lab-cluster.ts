// A running lab as everything else sees it, and the file in which it is noted.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabTrouble } from "../machine/trouble.ts";

export interface LabCluster {
  /** "east"; also the names of the node and of the kubeconfig's context. */
  readonly name: string;
  /** The only kubeconfig that anything of the lab uses. */
  readonly kubeconfig: string;
  /** https://IP:PORT */
  readonly server: string;
  readonly nodeAddress: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly loadBalancerRange: string;
  /** Its state. */
  readonly folder: string;
}

export interface Lab {
  readonly folder: string;
  readonly clusters: readonly LabCluster[];
}

const fileName = "lab.json";

/** Written last: a lab without it was never whole. */
export async function writeLab(lab: Lab): Promise<void> {
  await writeFile(join(lab.folder, fileName), `${JSON.stringify(lab, null, 2)}\n`);
}

/** Null when no lab is noted there. Whether it runs is another question. */
export async function findLab(folder: string): Promise<Lab | null> {
  try {
    return JSON.parse(await readFile(join(folder, fileName), "utf8")) as Lab;
  } catch {
    return null;
  }
}

export async function readLab(folder: string): Promise<Lab> {
  const lab = await findLab(folder);
  if (lab !== null) return lab;
  throw new LabTrouble(`no lab in ${folder}`, "none was started there, or it was taken down", "npm run lab -- up");
}

export function clusterNamed(lab: Lab, name: string): LabCluster {
  const found = lab.clusters.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = lab.clusters.map((each) => each.name).join(", ");
  throw new LabTrouble(`no cluster ${name}`, `the lab has ${names}`, "name one of these");
}
