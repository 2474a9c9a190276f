// A file to its text: decompressed, within the limit, strictly UTF-8. Knows nothing of what the text says.
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { known, unknown, type Known } from "../../../core/finding.ts";
import {
  fileTooLarge,
  fileUnreadable,
  gzipBroken,
  notRegularFile,
  notUtf8,
  utf16,
} from "../../../findings/codes/inputs.ts";
import { errorCode, errorReason, type ListedFile } from "./list-files.ts";

const MIB = 1024 * 1024;
const SCRATCH_BYTES = 64 * 1024;

export interface TextReader {
  /** The text of a file; null if this reader has read the same real file before, by whatever name. */
  read(file: ListedFile): Known<string> | null;
}

/**
 * A reader of files of at most `maxBytes`, compressed and decompressed. It reads synchronously and into one buffer: with tens of
 * thousands of small files that takes a third of the time of promises.
 */
export function textReader(maxBytes: number): TextReader {
  const scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  const seen = new Set<string>();
  return {
    read: (file) => {
      const bytes = readBytes(file, maxBytes, scratch, seen);
      if (bytes === null) return null;
      return bytes.known ? decoded(bytes.value, file.shown, maxBytes) : bytes;
    },
  };
}

function readBytes(file: ListedFile, maxBytes: number, scratch: Buffer, seen: Set<string>): Known<Buffer> | null {
  let descriptor: number | null = null;
  try {
    // Should a pipe have taken the file's place since it was listed, opening it does not wait.
    descriptor = openSync(file.absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    const identity = `${stats.dev}:${stats.ino}`;
    if (seen.has(identity)) return null;
    seen.add(identity);
    if (!stats.isFile()) return unknown(notRegularFile.at([{ file: file.shown, line: 0 }], { what: "something else" }));
    if (stats.size > maxBytes) return tooLarge(file.shown, maxBytes, "");
    // One byte more than its size: a read that comes back short has reached the end.
    const buffer = stats.size < scratch.length ? scratch : Buffer.allocUnsafe(stats.size + 1);
    const length = readSync(descriptor, buffer, 0, stats.size + 1, 0);
    if (length === stats.size) return known(buffer.subarray(0, length));
    const all = readFileSync(descriptor);
    return all.length > maxBytes ? tooLarge(file.shown, maxBytes, "") : known(all);
  } catch (error) {
    return unknown(fileUnreadable.at([{ file: file.shown, line: 0 }], { reason: errorReason(error) }));
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function tooLarge(file: string, maxBytes: number, where: string): Known<never> {
  return unknown(fileTooLarge.at([{ file, line: 0 }], { limitMiB: maxBytes / MIB, where }));
}

function decoded(bytes: Buffer, file: string, maxBytes: number): Known<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return textOf(bytes, file);
  try {
    return textOf(gunzipSync(bytes, { maxOutputLength: maxBytes }), file);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ERR_BUFFER_TOO_LARGE") return tooLarge(file, maxBytes, " after decompression");
    return unknown(gzipBroken.at([{ file, line: 0 }], { reason: gzipReason(code) }));
  }
}

function gzipReason(code: string): string {
  return code === "Z_BUF_ERROR" ? "it is cut short" : "it is damaged";
}

function textOf(bytes: Buffer, file: string): Known<string> {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return unknown(utf16.at([{ file, line: 0 }], {}));
  }
  if (!isUtf8(bytes)) return unknown(notUtf8.at([{ file, line: firstBadLine(bytes) }], {}));
  return known(bytes.toString("utf8"));
}

// No byte of a longer UTF-8 sequence is a line feed, so lines can be judged one by one.
function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let at = 0; at < bytes.length; line += 1) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(at, end))) return line;
    at = end;
  }
  return line;
}
