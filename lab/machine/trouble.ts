// What the lab says when it cannot go on: what failed, why, and what to do about it.
export class LabTrouble extends Error {
  constructor(what: string, why: string, todo: string) {
    super(`${what}\n  why: ${why}\n  what to do: ${todo}`);
    this.name = "LabTrouble";
  }
}
