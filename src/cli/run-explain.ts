// `meshferry explain CODE`: one finding in full.
import { catalogue } from "../findings/codes/catalogue.ts";
import { codesText, explainText } from "../present/text/explain-text.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitFine } from "./exit-codes.ts";
import type { SharedFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { UserError } from "./user-error.ts";

export const runExplain = handler<SharedFlags, [string?]>(async ({ cli }, flags, asked) => {
  const paint = paintFor(cli, flags.color);
  if (asked === undefined) {
    writeLines(cli.stdout, codesText(catalogue, paint));
    return exitFine;
  }
  const wanted = asked.toLowerCase();
  const found = catalogue.find(({ code, name }) => code.toLowerCase() === wanted || name === wanted);
  if (!found) {
    throw new UserError({
      what: `there is no finding ${JSON.stringify(asked)}`,
      todo: "meshferry explain lists all codes.",
    });
  }
  writeLines(cli.stdout, explainText(found, paint));
  return exitFine;
});
