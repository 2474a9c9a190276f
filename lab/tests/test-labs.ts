// Where the tests' labs are: apart from the one that somebody may have up for themselves.
import { join } from "node:path";
import process from "node:process";
import { labsFolder } from "../machine/places.ts";

/** One folder below it per lab. Two checkouts that test at the same time need two such folders. */
export const testLabs: string = process.env["MESHFERRY_LAB_TESTS"] ?? join(labsFolder, "tests");
