// What an API server says where not itself but an admission rule or webhook decides about a write, or should have.

/**
 * Whether admission has said no. Webhooks choose their status, 403 in most libraries and 400 where they name none (kubernetes 1.34,
 * apiserver/pkg/admission/plugin/webhook/errors/statuserror.go); policies, quotas and pod security answer 403 too. A missing role
 * is the only refusal that names the user (apiserver/pkg/endpoints/handlers/responsewriters/errors.go, forbiddenMessage).
 */
export function isDeniedByAdmission(status: number, message: string): boolean {
  if (/^admission webhook "[^"]*" denied the request/u.test(message)) return true;
  return status === 403 && / is forbidden: (?!User ")/u.test(message);
}

/**
 * The webhook that could not be asked, where its configuration makes that a refusal (failurePolicy Fail): an answer of 500 (kubernetes
 * 1.34, apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go; seen in a lab test). null: it is about something else.
 */
export function silentWebhook(message: string): string | null {
  return /failed calling webhook "([^"]*)"/u.exec(message)?.[1] ?? null;
}
