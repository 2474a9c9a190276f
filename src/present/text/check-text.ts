// The drawing of `check` for terminals: each check's fact with its answer, then the findings. Draws a view; works nothing out.
import { groupBy } from "../../core/order.ts";
import type { CheckedView, CheckView } from "../model/check-view.ts";
import { countText } from "../model/count-text.ts";
import { findingsHeading, findingsText } from "./findings-text.ts";
import type { Paint } from "./paint.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing, none wider than the paint's columns. */
export function checkText(view: CheckView, paint: Paint): string[] {
  return [
    ...headingLines(view, paint),
    ...view.checks.flatMap((each) => checkLines(each, paint)),
    "",
    ...findingsHeading(view.counts, paint),
    ...findingsText(view.findings, paint),
  ];
}

function headingLines({ checks, answers }: CheckView, paint: Paint): string[] {
  const parts = [
    `${answers.held} hold`,
    `${answers.violated} ${answers.violated === 1 ? "does" : "do"} not`,
    ...(answers.notChecked > 0 ? [`${answers.notChecked} not checked`] : []),
  ];
  const [first = "", ...others] = hanging(
    "Checks  ",
    `${countText(checks.length, "fact")}: ${parts.join(", ")}`,
    paint.columns,
  );
  return [paint.bold("Checks") + paint.dim(first.slice("Checks".length)), ...others.map(paint.dim)];
}

const marks = { held: "✓", violated: "✗", "not-checked": "?" } as const;

function checkLines({ fact, answer, codes, missing }: CheckedView, paint: Paint): string[] {
  const colour = { held: paint.green, violated: paint.yellow, "not-checked": paint.cyan }[answer];
  const said = codes.length > 0 ? `${fact}: ${codes.join(", ")}` : fact;
  const [first = "", ...others] = hanging(`  ${marks[answer]} `, visibleText(said), paint.columns);
  return [
    `  ${colour(marks[answer])}${first.slice(3)}`,
    ...others,
    // One line for the clusters that miss the same.
    ...[...groupBy(answer === "not-checked" ? missing : [], ({ kinds }) => kinds.map(plainKind).join(", "))].flatMap(
      ([kinds, ofClusters]) =>
        hanging(
          "      ",
          visibleText(`not supplied of ${ofClusters.map(({ cluster }) => cluster).join(", ")}: ${kinds}`),
          paint.columns,
        ).map(paint.dim),
    ),
  ];
}

function plainKind(kind: string): string {
  return kind.split(".")[0] ?? kind;
}
