// What is wrong with a kubeconfig or its credentials, as a finding about the cluster that was to be read.
import type { Finding } from "../../../core/finding.ts";
import type { ClusterId } from "../../../core/ids.ts";
import { kubeconfigUnusable } from "../../../findings/codes/live.ts";
import type { AddressTrouble } from "../../live/address-trouble.ts";

export function troubleFinding(cluster: ClusterId, { what, where, why, todo }: AddressTrouble): Finding {
  const params = {
    cluster,
    what,
    where,
    why: why === null ? "" : `: ${why}`,
    todo: `${todo.slice(0, 1).toUpperCase()}${todo.slice(1)}`,
  };
  return kubeconfigUnusable.at([{ cluster }], params);
}
