// Parts of federation that are the same for worlds that differ elsewhere: who asks again and again may keep them.

/** Gives what was made earlier under this name out of the same things, where somebody keeps it; else makes it. */
export type KeepPart = <T>(name: string, of: readonly unknown[], make: () => T) => T;

export const keepNothing: KeepPart = (_name, _of, make) => make();
