// Loaded before a program: its clock is wrong by as many minutes as the environment says, time itself passes as it does.
import process from "node:process";

/** How many minutes the clock of a process is ahead. */
export const clockVariable = "MESHFERRY_LAB_CLOCK_MINUTES";

const shiftMs = Number(process.env[clockVariable] ?? "0") * 60_000;
const trueNow = Date.now;

if (shiftMs !== 0)
  globalThis.Date = new Proxy(Date, {
    construct: (real, args: readonly unknown[], target) =>
      Reflect.construct(real, args.length === 0 ? [trueNow() + shiftMs] : args, target) as Date,
    get: (real, name) => (name === "now" ? () => trueNow() + shiftMs : (Reflect.get(real, name) as unknown)),
  });
