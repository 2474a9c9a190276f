// Writes a file from the pieces of its text, without ever holding the text as a whole.
import { closeSync, openSync, writeSync } from "node:fs";

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const bytesPerUnit = 3;

/** Makes the file, which must not be there yet. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "wx");
  // One for all pieces: thousands of buffers would make the engine collect its whole heap again and again. Each piece goes
  // straight into it: joined texts would be copied once more, which took half of the time of writing.
  const buffer = Buffer.allocUnsafe(1 << 20);
  let used = 0;
  try {
    for (const piece of pieces) {
      const most = piece.length * bytesPerUnit;
      if (used + most > buffer.length) {
        writeWhole(file, buffer.subarray(0, used));
        used = 0;
      }
      if (most > buffer.length) writeWhole(file, Buffer.from(piece, "utf8"));
      else used += buffer.write(piece, used, "utf8");
    }
    writeWhole(file, buffer.subarray(0, used));
  } finally {
    closeSync(file);
  }
}

/** A write may take less than it was given. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
