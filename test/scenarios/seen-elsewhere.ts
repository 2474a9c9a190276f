// Codes that only files or a configuration can show, not objects: which test shows them.
const readers = "test/input/bad-files.test.ts";
const objects = "src/kube/sources/files/read-files.test.ts";
const config = "src/config/read-config.test.ts";

export const seenElsewhere: Readonly<Record<string, string>> = {
  MF001: readers,
  MF002: readers,
  MF003: readers,
  MF004: readers,
  MF005: readers,
  MF006: readers,
  MF007: readers,
  MF008: readers,
  MF009: readers,
  MF010: readers,
  MF011: readers,
  MF012: readers,
  MF013: readers,
  MF014: readers,
  MF015: objects,
  MF016: readers,
  MF017: readers,
  MF018: objects,
  MF019: objects,
  MF020: "test/input/secrets.test.ts",
  MF021: readers,
  MF022: readers,
  MF030: config,
  MF031: config,
  MF032: config,
  MF033: config,
  MF034: config,
  MF035: config,
};
