// The command line as a function: arguments in, exit code out. Reads no global state of the process.
import {
  buildApplication,
  ExitCode,
  formatMessageForArgumentScannerError,
  help,
  run,
  type StricliProcess,
  text_en,
  version,
} from "@stricli/core";
import { visibleText } from "../present/text/visible-text.ts";
import type { CliContext, CommandContext } from "./cli-context.ts";
import { commands } from "./commands.ts";
import { columnsOf } from "./columns-of.ts";
import { foldedHelp } from "./folded-help.ts";
import { exitBug, exitFine, exitUnusable } from "./exit-codes.ts";
import { reportError } from "./handler.ts";
import { troubleText, UserError } from "./user-error.ts";
import { packageVersion } from "./package-version.ts";

const seeHelp = "See meshferry --help, or meshferry COMMAND --help.";

const formatting = {
  caseStyle: "convert-camel-to-kebab",
  onlyRequiredInUsageLine: true,
  useAliasInUsageLine: false,
} as const;

const application = buildApplication(
  commands,
  {
    name: "meshferry",
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        noCommandRegisteredForInput: ({ input, corrections }) =>
          troubleText({ what: `there is no command ${JSON.stringify(input)}`, todo: hint(corrections) }).trimEnd(),
        exceptionWhileParsingArguments: (exception) => argumentTrouble(exception).trimEnd(),
      },
    },
  },
  {
    help: help({ alias: "h", brief: "Print help and exit", defaultForRouteMap: true, formatting }),
    version: version({
      alias: "v",
      brief: "Print the version and exit",
      info: { getCurrentVersion: async () => packageVersion() },
    }),
  },
);

function hint(corrections: readonly string[]): string {
  if (corrections.length === 0) return seeHelp;
  return `Did you mean ${corrections.join(" or ").replaceAll("`", "")}? ${seeHelp}`;
}

/** Runs meshferry with its arguments (without node and script) and returns the exit code. */
export async function runCli(argv: readonly string[], cli: CliContext): Promise<number> {
  const process: StricliProcess = {
    // Commands write to `cli`; through this stream comes stricli's own help.
    stdout: { write: (text) => void cli.stdout.write(foldedHelp(text, columnsOf(cli))) },
    stderr: { write: (text) => void cli.stderr.write(text) },
    env: {},
  };
  const context: CommandContext = { process, cli };
  try {
    await run(application, wordsAsFlags(argv), context);
  } catch (error) {
    return reportError(context, error, argv.includes("--debug"));
  }
  return exitCodeOf(process.exitCode);
}

/** `help plan` means `plan --help`, and `version` means `--version`. */
function wordsAsFlags(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === "help") return [...rest, "--help"];
  return first === "version" ? ["--version"] : argv;
}

function exitCodeOf(code: StricliProcess["exitCode"]): number {
  const number = Number(code ?? exitFine);
  if (number === ExitCode.InvalidArgument || number === ExitCode.UnknownCommand) return exitUnusable;
  return number < 0 ? exitBug : number;
}

type ScannerError = Parameters<typeof formatMessageForArgumentScannerError>[0];

function argumentTrouble(exception: unknown): string {
  if (!(exception instanceof Error)) return troubleText({ what: String(exception), todo: seeHelp });
  const cause: unknown = "exception" in exception ? exception.exception : null;
  if (cause instanceof UserError) return troubleText(cause.trouble);
  // Everything that stricli throws while it reads arguments is one of its scanner errors (stricli 1.3, runCommand).
  const what = formatMessageForArgumentScannerError(exception as ScannerError, {});
  return troubleText({ what: visibleText(what), todo: seeHelp });
}
