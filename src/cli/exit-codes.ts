// The exit codes, documented in docs/cli.md.
export const exitFine = 0;
/** Something was shown or written, but a finding blocks; a run that stopped. */
export const exitBlocked = 1;
/** Wrong use, or nothing that could be read. */
export const exitUnusable = 2;
/** Ended by Ctrl-C after the step in hand: the run can be resumed. */
export const exitInterrupted = 3;
/** A bug in meshferry (EX_SOFTWARE of sysexits.h). */
export const exitBug = 70;
