// Trouble with the file system in words: it is the user's to solve, not a bug.
import { UserError } from "./user-error.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left",
  EDQUOT: "the quota is used up",
  ENOTDIR: "a part of the path is not a folder",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "too many symbolic links",
  EEXIST: "something stands in its place",
  EISDIR: "a folder stands in its place",
  ENOTEMPTY: "a folder stands in its place",
};

/** Does file work for a folder; what the file system refuses becomes a UserError, everything else stays a bug. */
export function withFiles<T>(
  folder: string,
  work: () => T,
  todo = "Solve that, or name another folder with --out.",
): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "" || error instanceof UserError) throw error;
    const why = reasons[code] ?? code;
    throw new UserError({
      what: "the folder cannot be written",
      where: folder,
      why,
      todo,
    });
  }
}
