// The rules that hold for every file, by what they say. rules.test.ts asks for samples of each: one that is bad, one that is good.
import { noImportCycles, relativeImportsCarryExtensions, typesAreImportedAsTypes } from "./imports.ts";
import { pureFilesArePure } from "./purity.ts";
import {
  fileNamesAreKebabCase,
  filesAreShort,
  indexOnlyReExports,
  modulesBeginWithComment,
  namesSaySomething,
  noDefaultExports,
  noEnums,
} from "./shape.ts";
import type { Rule } from "./source-file.ts";

export const projectRules = {
  "has at most 400 lines": filesAreShort,
  "is named in kebab-case": fileNamesAreKebabCase,
  "uses names that say something": namesSaySomething,
  "has no default export in src": noDefaultExports,
  "has no enum": noEnums,
  "begins with a comment in src": modulesBeginWithComment,
  "only re-exports if it is src/index.ts": indexOnlyReExports,
  "names its relative imports with .ts": relativeImportsCarryExtensions,
  "imports types as types": typesAreImportedAsTypes,
  "takes part in no import cycle": noImportCycles,
  "is pure where the table says so": pureFilesArePure(),
} as const satisfies Readonly<Record<string, Rule>>;

export type ProjectRule = keyof typeof projectRules;
