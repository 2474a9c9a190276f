// The matrix: hosts down, the start and each phase across. In words where they fit, otherwise in letters; never in colour alone.
import { fewNames } from "../../core/few-names.ts";
import { groupBy } from "../../core/order.ts";
import { countText } from "../model/count-text.ts";
import { cellText, worseMark } from "../model/reach-cell.ts";
import type { CourseCell } from "../model/reach-course.ts";
import type { ColumnView } from "../model/rehearsal-columns.ts";
import type { ClientsView, RowView } from "../model/rehearsal-rows.ts";
import type { RehearsalView } from "../model/rehearsal-view.ts";
import { displayWidth, padded, shortened } from "./display-width.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** Of hosts that fare alike so many are shown; the JSON output holds all. */
const shownAlike = 12;
const indent = "  ";
const gap = "  ";
const leastName = 24;

type MatrixView = Pick<RehearsalView, "columns" | "clients" | "courses" | "rows" | "legend">;

/** Each importing mesh's rows, then what the columns and symbols mean. No line is wider than the paint's columns. */
export function matrixText(view: MatrixView, paint: Paint): string[] {
  if (view.rows.length === 0) return [`${indent}no client reaches an imported host`];
  const form = formOf(view, paint);
  const meshes = groupBy(view.rows, ({ mesh }) => mesh);
  return [
    ...[...meshes].flatMap(([mesh, rows]) => [
      ...hanging("", visibleText(`from ${mesh}`), paint.columns).map(paint.bold),
      ...meshLines(rows, view, form, paint),
    ]),
    ...keyLines(view, form, paint),
  ];
}

/** How cells are written, and how many columns of the matrix stand beside each other. */
interface Form {
  readonly words: boolean;
  readonly nameWidth: number;
  readonly widths: readonly number[];
  /** Columns after the first that share a block of lines. */
  readonly perBlock: number;
}

function formOf(view: MatrixView, paint: Paint): Form {
  const names = Math.max(...view.rows.map((row) => displayWidth(rowName(row, view))), leastName);
  const room = paint.columns - indent.length;
  for (const words of [true, false]) {
    const widths = columnWidths(view, words);
    const cells = widths.reduce((sum, width) => sum + gap.length + width, 0);
    if (names + cells <= room) return { words, nameWidth: names, widths, perBlock: widths.length };
    if (!words && leastName + cells <= room) return { words, nameWidth: room - cells, widths, perBlock: widths.length };
  }
  const widths = columnWidths(view, false);
  const nameWidth = Math.min(names, Math.floor(room / 2));
  const each = Math.max(...widths) + gap.length;
  const [first = 0] = widths;
  return {
    words: false,
    nameWidth,
    widths,
    perBlock: Math.max(1, Math.floor((room - nameWidth - gap.length - first) / each)),
  };
}

function columnWidths({ columns, courses }: MatrixView, words: boolean): number[] {
  return columns.map((column, at) =>
    courses.reduce(
      (most, course) => Math.max(most, displayWidth(cellAt(course, at, words))),
      displayWidth(headingOf(column, words)),
    ),
  );
}

/** Titles of steps are sentences, and stand below. */
const longestTitle = 16;

function headingOf(column: ColumnView | undefined, words: boolean): string {
  if (column === undefined) return "";
  const { name, title } = column;
  return words && title.length <= longestTitle ? visibleText(`${name} ${title}`.trim()) : name;
}

function cellAt(course: readonly CourseCell[], at: number, words: boolean): string {
  const cell = course[at];
  if (cell === undefined) return "";
  const text = words ? cellText(cell) : cell.symbol;
  return cell.worse.length > 0 ? `${text}${worseMark}` : text;
}

function hostName({ host, port }: RowView): string {
  return visibleText(`${host}:${port}`);
}

/** A host whose clients fare alike is one line; otherwise its clients stand below it. */
function rowName(row: RowView, { clients: lists }: MatrixView): string {
  return row.allClients ? hostName(row) : `${indent}${visibleText(clientsText(lists[row.clients] ?? []))}`;
}

/** "shop/cart, shop/pay and 3 more". */
export function clientsText(clients: readonly ClientsView[]): string {
  return fewNames(clients.flatMap(({ namespace, workloads }) => workloads.map(({ name }) => `${namespace}/${name}`)));
}

function meshLines(rows: readonly RowView[], view: MatrixView, form: Form, paint: Paint): string[] {
  const { shown, hidden } = shownRows(rows);
  const lines = blocksOf(view.columns.length, form.perBlock).flatMap((columns, block) => [
    ...(block > 0 ? [""] : []),
    paint.dim(line("HOST", columns, form, (at) => headingOf(view.columns[at], form.words))),
    ...[...shown].flatMap(([name, ofHost]) => [
      ...(ofHost.every(({ allClients }) => allClients)
        ? []
        : [indent + shortened(name, paint.columns - indent.length)]),
      ...ofHost.map((row) => rowLine(row, columns, view, form, paint)),
    ]),
  ]);
  return [
    ...lines,
    ...[...hidden].flatMap(([like, count]) =>
      hanging(
        indent,
        `… and ${countText(count, "more host")} just like ${like} (-o json shows all)`,
        paint.columns,
      ).map(paint.dim),
    ),
  ];
}

interface ShownRows {
  /** By host. */
  readonly shown: ReadonlyMap<string, readonly RowView[]>;
  /** By the first host of those that fare alike: how many of them are not shown. */
  readonly hidden: ReadonlyMap<string, number>;
}

/** Of hosts that fare alike in every respect only so many. */
function shownRows(rows: readonly RowView[]): ShownRows {
  const alike = new Map<string, { readonly first: string; count: number }>();
  const shown = new Map<string, readonly RowView[]>();
  const hidden = new Map<string, number>();
  for (const [name, ofHost] of groupBy(rows, hostName)) {
    const pattern = ofHost
      .map(({ course, clients, allClients }) => (allClients ? course : `${course} ${clients}`))
      .join();
    const group = alike.get(pattern) ?? { first: name, count: 0 };
    alike.set(pattern, group);
    group.count += 1;
    if (group.count <= shownAlike) shown.set(name, ofHost);
    else hidden.set(group.first, group.count - shownAlike);
  }
  return { shown, hidden };
}

function rowLine(row: RowView, columns: readonly number[], view: MatrixView, form: Form, paint: Paint): string {
  const course = view.courses[row.course] ?? [];
  return line(
    rowName(row, view),
    columns,
    form,
    (at) => cellAt(course, at, form.words),
    (at) => cellPaint(course[at], course[at - 1], paint),
  );
}

/** A name and the cells of these columns, under each other in every line. */
function line(
  name: string,
  columns: readonly number[],
  form: Form,
  textOf: (column: number) => string,
  paintOf: (column: number) => (text: string) => string = () => (text) => text,
): string {
  const cells = columns.map((at, index) => {
    const text = textOf(at);
    return gap + paintOf(at)(index === columns.length - 1 ? text : padded(text, form.widths[at] ?? 0));
  });
  return indent + padded(shortened(name, form.nameWidth), form.nameWidth) + cells.join("");
}

/** Indices of columns, block by block; each block begins with the first column. */
function blocksOf(columns: number, perBlock: number): number[][] {
  const others = Array.from({ length: columns - 1 }, (_, at) => at + 1);
  const blocks: number[][] = [];
  for (let at = 0; at === 0 || at < others.length; at += perBlock) blocks.push([0, ...others.slice(at, at + perBlock)]);
  return blocks;
}

/** What goes wrong is red, what is new is green. */
function cellPaint(
  cell: CourseCell | undefined,
  before: CourseCell | undefined,
  paint: Paint,
): (text: string) => string {
  if (cell === undefined) return (text) => text;
  if (cell.state === "broken") return paint.red;
  if (cell.state === "degraded" || cell.worse.length > 0) return paint.yellow;
  return before !== undefined && before.symbol !== cell.symbol ? paint.green : (text) => text;
}

function keyLines({ columns, legend }: MatrixView, { words }: Form, paint: Paint): string[] {
  const [, ...others] = columns;
  const long = others.some(({ title }) => title.length > longestTitle);
  const width = Math.max(...others.map(({ name }) => name.length), 1);
  const titles = long
    ? others.flatMap(({ name, title }) =>
        hanging(`${indent}${name.padEnd(width)}  `, visibleText(title), paint.columns),
      )
    : words || others.length === 0
      ? []
      : packed(
          `${indent}after  `,
          others.map(({ name, title }) => visibleText(`${name} ${title}`)),
          paint.columns,
        );
  const symbols = legend
    .filter(({ symbol }) => !words || symbol === worseMark)
    .flatMap(({ symbol, meaning }) => hanging(`${indent}${symbol}  `, meaning, paint.columns));
  return [...titles, ...symbols].map(paint.dim);
}

/** Items with commas between them; none is broken over two lines. */
function packed(label: string, items: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const [at, item] of items.entries()) {
    const text = at < items.length - 1 ? `${item},` : item;
    const joined = current === "" ? text : `${current} ${text}`;
    if (current !== "" && displayWidth(label) + displayWidth(joined) > columns) {
      lines.push(current);
      current = text;
    } else current = joined;
  }
  return [...lines, current].map((each, at) => (at === 0 ? label : " ".repeat(displayWidth(label))) + each);
}
