// Where the tests' labs are: apart from the one that somebody may have up for themselves, and from another checkout's.
import { join } from "node:path";
import { labFolder, labsFolder, labTag } from "../machine/places.ts";

/** One folder below it per lab. */
export const testLabs: string = join(labsFolder, `tests-${labTag(labFolder)}`);
