// Writes a file from the pieces of its text, without ever holding the text as a whole.
import { closeSync, openSync, writeSync } from "node:fs";

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const bytesPerUnit = 3;
const chunkBytes = 1 << 20;

/** Makes the file, which must not be there yet. */
export function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "wx");
  try {
    let at = 0;
    for (const chunk of chunksOf(pieces)) at = writeWhole(file, chunk, at);
  } finally {
    closeSync(file);
  }
}

/** Writes into a file that is there, from a place on. */
export function writePiecesAt(path: string, pieces: Iterable<string>, from: number): void {
  writeChunksAt(path, chunksOf(pieces), from);
}

/** The same with bytes. */
export function writeChunksAt(path: string, chunks: Iterable<Uint8Array>, from: number): void {
  const file = openSync(path, "r+");
  try {
    let at = from;
    for (const chunk of chunks) at = writeWhole(file, chunk, at);
  } finally {
    closeSync(file);
  }
}

/** The UTF-8 of the pieces. A chunk is good until the next one is asked for. */
export function* chunksOf(pieces: Iterable<string>): Generator<Uint8Array> {
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

/** A write may take less than it was given. Returns where the next one goes. */
function writeWhole(file: number, bytes: Uint8Array, from: number): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, from + at);
  return from + bytes.length;
}
