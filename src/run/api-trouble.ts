// What an API server's refusal means for a step, as a finding.
import type { Finding } from "../core/finding.ts";
import { type ObjectRef, refText } from "../core/object-ref.ts";
import { sortedUnique } from "../core/order.ts";
import {
  answerUnknown,
  credentialsRefused,
  fieldsOfOthers,
  notAnswering,
  webhookSilent,
  writeForbidden,
  writeRefused,
} from "../findings/codes/run.ts";
import { silentWebhook } from "../kube/live/admission.ts";
import type { ApiFailure } from "../kube/live/api-failure.ts";
import { isSecret, type Task } from "./task.ts";

export function apiTrouble(failure: ApiFailure, { ref, does }: Pick<Task, "ref" | "does">): Finding {
  const object = refText(ref);
  if (failure.conflicts.length > 0) {
    return fieldsOfOthers.at([ref], {
      object,
      manager: sortedUnique(failure.conflicts.map(({ manager }) => manager)).join(", "),
      fields: failure.conflicts.map(({ field }) => field).join(", "),
    });
  }
  const reply = replyOf(failure, ref);
  switch (failure.reason) {
    case "forbidden":
      return writeForbidden.at([ref], { does, object });
    case "not-installed":
      return answerUnknown.at([ref], { cluster: ref.cluster, kind: ref.kind, object });
    case "unauthorized":
      return credentialsRefused.at([ref], { cluster: ref.cluster, request: failure.request, reply });
    case "server-error": {
      const webhook = silentWebhook(failure.message);
      if (webhook !== null) return webhookSilent.at([ref], { cluster: ref.cluster, does, object, webhook, reply });
      return notAnswering.at([ref], { cluster: ref.cluster, request: failure.request, reply });
    }
    case "unreachable":
    case "too-many-requests":
    case "stale":
      return notAnswering.at([ref], { cluster: ref.cluster, request: failure.request, reply });
    case "untrusted":
    case "not-found":
    case "conflict":
    case "invalid":
    case "patch-test-failed":
    case "gone":
    case "aborted":
      return writeRefused.at([ref], { cluster: ref.cluster, does, object, reply });
  }
}

/** A server may quote what it was sent: of a Secret nothing is passed on. */
export function replyOf(failure: ApiFailure, ref: ObjectRef): string {
  return isSecret(ref) ? `${failure.reason} (${failure.status})` : failure.message;
}
