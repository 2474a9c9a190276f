// Where the tests' labs are: apart from the one that somebody may have up for themselves.
import { join } from "node:path";
import { labsFolder } from "../machine/places.ts";

/** One folder below it per lab. */
export const testLabs: string = join(labsFolder, "tests");
