// Which objects an action writes.
import type { ObjectRef } from "../core/object-ref.ts";
import type { Action } from "./plan.ts";

/** The objects that an action writes. */
export function touched(action: Action): readonly ObjectRef[] {
  switch (action.do) {
    case "apply":
    case "patch":
    case "delete":
      return [action.ref];
    case "restart":
      return [action.workload];
    case "delete-together":
      return action.refs;
    case "wait":
    case "confirm":
      return [];
  }
}
