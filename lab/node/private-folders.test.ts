import { expect, test } from "vitest";
import { coverLines } from "./private-folders.ts";

test("what lies in a covered folder and has to be seen is bound into the cover first", () => {
  expect(coverLines("/run", "/run/lab/it's/cover", ["/run/lab", "/runner", "/root/.cache"])).toEqual([
    String.raw`mount -n -t tmpfs -o mode=755 meshferry-lab '/run/lab/it'\''s/cover'`,
    String.raw`mkdir -p '/run/lab/it'\''s/cover/lab'`,
    String.raw`mount -n --bind '/run/lab' '/run/lab/it'\''s/cover/lab'`,
    String.raw`mount -n --move '/run/lab/it'\''s/cover' '/run'`,
  ]);
});
