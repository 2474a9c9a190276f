// What a case is: a small world with one change in it, and the one client and host whose requests are looked at. Pure.
import type { ReasonCode } from "../../src/dataplane/reached.ts";
import type { Draw } from "../../test/worlds/drawn.ts";
import { type Manifest, nameText, type ObjectName } from "../api/live-object.ts";
import type { Route } from "./route.ts";

/** The meshes' own state, which cases of a stage share: stages follow each other, and there is no way back. */
export const stages = ["federated", "untrusting", "half-trusting"] as const;
export type Stage = (typeof stages)[number];

export interface Made {
  readonly east: readonly Manifest[];
  readonly west: readonly Manifest[];
  /** Objects of the site that the case has replaced, as they are put back. */
  readonly restored?: readonly Manifest[];
  readonly host: string;
  readonly port: number;
  /** The client's namespace, where it is not the slot's own. */
  readonly client?: string;
}

export interface Change {
  /** In words; also its name in results. */
  readonly what: string;
  /** How often among the others. */
  readonly weight?: number;
  readonly stage?: Stage;
  /** What it is meant to cause; null: nothing. Only for the balance of a run: the model says what is expected. */
  readonly causes: ReasonCode | null;
  /** Two cases that hold the same thing do not run side by side. */
  readonly holds?: string;
  /** Hurts cases beside it that are not of its kind. */
  readonly apart?: true;
  readonly make: (route: Route, draw: Draw) => Made;
}

export interface Case extends Made {
  readonly index: number;
  readonly slot: number;
  readonly change: Change;
  /** The client's proxy takes its requests for nothing but connections. */
  readonly isTcp: boolean;
}

/** All objects of both sides of the parts, and more. */
export function made(
  { host, port }: Pick<Route, "host" | "port">,
  east: readonly Manifest[],
  west: readonly Manifest[],
): Made {
  return { host, port, east, west };
}

/** Where an object of a case is; all of them are in namespaces. */
export function nameIn({ apiVersion, kind, metadata }: Manifest): ObjectName {
  const { name, namespace } = metadata as { readonly name: string; readonly namespace: string };
  return { apiVersion, kind, name, namespace };
}

export function keyOf(manifest: Manifest): string {
  return nameText(nameIn(manifest));
}
