// Keeps meshes out that federation kept out, now that their certificates would be accepted.
import type { RouteId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import { refIn } from "../inventory/mesh.ts";
import type { DesiredObject } from "./desired-object.ts";
import { type Exclusion, targetPorts } from "./isolation.ts";
import { fitted, ourLabels } from "./names.ts";

/** Where the policy of a service stands. */
export function denyPolicyRef({ cluster, namespace, name }: ObjectRef): ObjectRef {
  return refIn(cluster, "security.istio.io", "AuthorizationPolicy", namespace, fitted(`meshferry-${name}`, 63));
}

/**
 * A DENY for every identity of the excluded trust domains, or null where there is nothing that a policy can say. Never
 * `notPrincipals`, which would also deny what has no identity; and `DOMAIN/*` is not widened by trust domain aliases, which
 * expand only exact five-part principals (Istio 1.20, pilot/pkg/security/trustdomain).
 */
export function denyPolicy({ exported, domains }: Exclusion, routes: readonly RouteId[]): DesiredObject | null {
  if (domains.length === 0) return null;
  const { service, podLabels } = exported;
  const ref = denyPolicyRef(service);
  return {
    ref,
    role: "policy",
    routes: sortedUnique(routes),
    template: {
      apiVersion: "security.istio.io/v1beta1",
      kind: "AuthorizationPolicy",
      metadata: { labels: ourLabels, name: ref.name, namespace: service.namespace },
      spec: {
        action: "DENY",
        rules: [
          {
            from: [{ source: { principals: domains.map((domain) => `${domain}/*`) } }],
            to: [{ operation: { ports: targetPorts(exported) } }],
          },
        ],
        selector: { matchLabels: podLabels },
      },
    },
  };
}
