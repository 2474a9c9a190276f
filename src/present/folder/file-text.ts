// The text of a file: at hand, or, where it is long, made piece by piece when it is written, so that it is never held as a whole.

/** Each call makes the same pieces anew. */
export type FileText = string | (() => Iterable<string>);
