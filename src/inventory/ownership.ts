// How an object of ours is told from everybody else's.
import type { KubeObject } from "../core/object-ref.ts";
import { valueAt } from "../core/pointer.ts";

export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByUs = "meshferry";

/** Whether meshferry made the object. */
export function isOurs(object: KubeObject): boolean {
  return valueAt(object.body, `/metadata/labels/${managedByLabel.replace("/", "~1")}`) === managedByUs;
}

/** What the operator writes into the same label (Maistra operator 2.5, pkg/controller/common/metadata.go). */
export const managedByOperator = "maistra-istio-operator";

/** Whether meshferry or the operator made the object: nobody has settled anything by it. */
export function isNotByUsers(object: KubeObject): boolean {
  return (
    isOurs(object) ||
    valueAt(object.body, `/metadata/labels/${managedByLabel.replace("/", "~1")}`) === managedByOperator
  );
}
