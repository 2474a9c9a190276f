// Every declared code in one list: what `explain` shows and what gives findings their text. Knows no finding's origin.
import { sortedBy } from "../../core/order.ts";
import type { CodeText } from "./define-code.ts";
import * as clients from "./clients.ts";
import * as conditions from "./conditions.ts";
import * as egress from "./egress.ts";
import * as federation from "./federation.ts";
import * as live from "./live.ts";
import * as oddities from "./federation-oddities.ts";
import * as federationGateways from "./federation-gateways.ts";
import * as gateways from "./gateways.ts";
import * as inputs from "./inputs.ts";
import * as inventory from "./inventory.ts";
import * as plan from "./plan.ts";
import * as platform from "./platform.ts";
import * as policies from "./policies.ts";
import * as rehearsal from "./rehearsal.ts";
import * as routes from "./routes.ts";
import * as run from "./run.ts";
import * as scaffold from "./scaffold.ts";
import * as steps from "./steps.ts";
import * as trust from "./trust.ts";

/** All codes, in the order of their numbers. */
export const catalogue: readonly CodeText[] = sortedBy(
  codesIn([
    inputs,
    inventory,
    federation,
    routes,
    plan,
    trust,
    policies,
    clients,
    platform,
    steps,
    scaffold,
    egress,
    gateways,
    oddities,
    federationGateways,
    conditions,
    live,
    run,
    rehearsal,
  ]),
  ({ code }) => code.slice("MF".length).padStart(6, "0"),
);

const byCode: ReadonlyMap<string, CodeText> = new Map(catalogue.map((text) => [text.code, text]));

/** The texts of a code ("MF051"), or undefined for a code that was never declared. */
export function findCode(code: string): CodeText | undefined {
  return byCode.get(code);
}

/** The codes among the exports of modules; a module may group the variants of one in an object. */
function codesIn(value: unknown): CodeText[] {
  if (typeof value !== "object" || value === null) return [];
  return isCodeText(value) ? [value] : Object.values(value).flatMap(codesIn);
}

function isCodeText(value: object): value is CodeText {
  return "code" in value && "name" in value && "message" in value && "todo" in value;
}
