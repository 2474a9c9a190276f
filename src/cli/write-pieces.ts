// Writes a file from the pieces of its text, without ever holding the text as a whole.
import { closeSync, openSync, writeSync } from "node:fs";

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const bytesPerUnit = 3;
const chunkBytes = 1 << 20;

/** Makes the file, which must not be there yet. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "wx");
  try {
    writePiecesTo(file, pieces);
  } finally {
    closeSync(file);
  }
}

/** Writes behind what was written into an open file before. */
export function writePiecesTo(file: number, pieces: Iterable<string>): void {
  for (const chunk of chunksOf(pieces)) writeWhole(file, chunk);
}

/** The UTF-8 of the pieces. A chunk is good until the next one is asked for. */
function* chunksOf(pieces: Iterable<string>): Generator<Uint8Array> {
  // One for all pieces: thousands of buffers would make the engine collect its whole heap again and again. Each piece goes
  // straight into it: joined texts would be copied once more, which took half of the time of writing.
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let used = 0;
  for (const piece of pieces) {
    const most = piece.length * bytesPerUnit;
    if (used + most > buffer.length) {
      yield buffer.subarray(0, used);
      used = 0;
    }
    if (most > buffer.length) yield Buffer.from(piece, "utf8");
    else used += buffer.write(piece, used, "utf8");
  }
  yield buffer.subarray(0, used);
}

/** A write may take less than it was given. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
}
