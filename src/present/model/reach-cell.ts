// One outcome as the matrix shows it: a symbol, and what it stands for. Two outcomes that look alike here are the same to a reader.
import type { Path, Reached } from "../../dataplane/reached.ts";

/** How requests go: a letter for the way they take, "!" where only some arrive, "x" where none does. */
export interface CellView {
  readonly symbol: string;
  readonly state: Reached["state"];
  readonly path: Reached["path"];
  /** "1 of 2": ways that arrive. Only where some do not: otherwise their number says nothing. */
  readonly arrive: string | null;
}

export interface LegendEntry {
  readonly symbol: string;
  readonly meaning: string;
}

const letters = { federation: "F", "east-west": "E", local: "L", mixed: "M" } as const satisfies Readonly<
  Record<Path | "mixed", string>
>;

const meanings = {
  federation: "federation: through both federation gateways",
  "east-west": "east-west: through the other mesh's east-west gateway, sidecar to sidecar",
  local: "local: to a service of the client's own mesh",
  mixed: "mixed: by more than one of these ways",
} as const satisfies Readonly<Record<Path | "mixed", string>>;

const broken = "x";
export const degradedMark = "!";
/** Behind a cell: within the phase, or later, or by an undo or a restart, it is worse than the cell says. */
export const worseMark = "*";

export function cellOf({ state, path, good, of }: Reached): CellView {
  const letter = path === "none" ? broken : letters[path];
  return {
    symbol: state === "degraded" ? `${letter}${degradedMark}` : state === "broken" ? broken : letter,
    state,
    path,
    arrive: state === "degraded" ? `${good} of ${of}` : null,
  };
}

/** "federation", "east-west 1 of 2", "broken". */
export function cellText({ state, path, arrive }: CellView): string {
  if (state === "broken") return "broken";
  return arrive === null ? path : `${path} ${arrive}`;
}

const ranks = { ok: 0, degraded: 1, broken: 2 } as const satisfies Readonly<Record<Reached["state"], number>>;

/** Whether fewer requests arrive than before. */
export function isWorse(now: Reached, before: Reached): boolean {
  if (now.state !== "degraded" || before.state !== "degraded") return ranks[now.state] > ranks[before.state];
  return now.good * before.of < before.good * now.of;
}

/** What the symbols mean, of those that occur. */
export function legendOf(cells: Iterable<CellView>, marked: boolean): LegendEntry[] {
  const all = [...cells];
  const paths = (Object.keys(letters) as (keyof typeof letters)[]).filter((path) =>
    all.some((cell) => cell.path === path),
  );
  const states = new Set(all.map(({ state }) => state));
  return [
    ...paths.map((path) => ({ symbol: letters[path], meaning: meanings[path] })),
    ...(states.has("degraded") ? [{ symbol: degradedMark, meaning: "degraded: some requests fail" }] : []),
    ...(states.has("broken") ? [{ symbol: broken, meaning: "broken: every request fails" }] : []),
    ...(marked
      ? [{ symbol: worseMark, meaning: "worse on the way: within the phase, later, by an undo or a restart" }]
      : []),
  ];
}
