// Where a remote Gateway says that another mesh is reached.
import { refText, type ObjectRef } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";
import { objectMissing } from "../findings/codes/conditions.ts";
import { type Facts, isUnseen } from "./facts.ts";
import { listAt } from "./kinds/objects.ts";
import { unseenObject } from "./unseen.ts";
import { pending, type Verdict } from "./verdict.ts";

export interface RemoteAddress {
  readonly address: string;
  readonly port: number;
  /** istiod resolves it: proxies hold IP addresses that the Gateway does not show (docs/facts.md, import.gateway-host-names). */
  readonly isName: boolean;
}

/**
 * As remoteAddresses; where there is no such Gateway (yet, or any more), nothing is reached by it.
 */
export function addressesIfAny(facts: Facts, gateway: ObjectRef): readonly RemoteAddress[] | Verdict {
  return facts.object(gateway) === "absent" ? [] : remoteAddresses(facts, gateway);
}

/** Each address with the port of each listener, as istiod pairs them (docs/facts.md, import.gateway-addresses-share); or why not. */
export function remoteAddresses(facts: Facts, gateway: ObjectRef): readonly RemoteAddress[] | Verdict {
  const object = facts.object(gateway);
  if (isUnseen(object)) return unseenObject(gateway, object);
  if (object === "absent") return pending(objectMissing.at([gateway], { object: refText(gateway) }));
  const ports = listAt(object.body, "/spec/listeners").map((each) => valueAt(each, "/port"));
  return listAt(object.body, "/spec/addresses").flatMap((each) => {
    const address = valueAt(each, "/value");
    if (typeof address !== "string") return [];
    const isName = valueAt(each, "/type") === "Hostname";
    return ports.flatMap((port) => (typeof port === "number" ? [{ address, port, isName }] : []));
  });
}

export function isVerdict(value: readonly RemoteAddress[] | Verdict): value is Verdict {
  return "is" in value;
}
