// The lab's lines on the terminal: what goes on, and how long each part took.
import process from "node:process";

export type Say = (line: string) => void;

export const sayOnTerminal: Say = (line) => {
  process.stdout.write(`${line}\n`);
};

/** Says how long the work took, also when it failed. */
export async function timed<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1);
  try {
    const value = await work();
    say(`lab: ${what}: ${seconds()} s`);
    return value;
  } catch (error) {
    say(`lab: ${what}: FAILED after ${seconds()} s`);
    throw error;
  }
}

/** The line with which a stage of the CI ends: minutes with two digits, as `.ci/run` writes them. */
export function stageMinutes(stage: string, begun: number): string {
  return `== ${stage}: ${((Date.now() - begun) / 60_000).toFixed(2)} min`;
}
