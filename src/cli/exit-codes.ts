// The exit codes, documented in docs/cli.md; 3 is reserved for an interrupted run.
export const exitFine = 0;
/** Something was shown or written, but a finding blocks. */
export const exitBlocked = 1;
/** Wrong use, or nothing that could be read. */
export const exitUnusable = 2;
/** A bug in meshferry (EX_SOFTWARE of sysexits.h). */
export const exitBug = 70;
