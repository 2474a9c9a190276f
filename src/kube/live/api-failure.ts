// Why a live cluster did not do what it was asked, in the words that decide what happens next: try again, stop, or ask the user.

export type FailureReason =
  /** No connection, a name that does not resolve, a reset, a time limit: the request may have had its effect. */
  | "unreachable"
  /** The server's certificate is not signed by the authority that the kubeconfig names. */
  | "untrusted"
  /** 401, or credentials that cannot be had (an exec plugin that is absent or fails). */
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "not-installed"
  /** 409 of a write: somebody else's field, a changed resourceVersion, or an object that is there already. */
  | "conflict"
  /** 422, 400, and admission webhooks that say no. */
  | "invalid"
  /** A JSON patch whose `test` failed. */
  | "patch-test-failed"
  /** 410: a list or watch from a version that the server has forgotten. */
  | "gone"
  /** 429. */
  | "too-many-requests"
  /** 5xx. */
  | "server-error"
  /** An answer older than one that was given before. */
  | "stale"
  /** Our own signal ended it. */
  | "aborted";

export class ApiFailure extends Error {
  readonly reason: FailureReason;
  /** "PATCH /apis/…": what was asked. */
  readonly request: string;
  /** 0 where no answer came. */
  readonly status: number;
  /** From Retry-After. */
  readonly retryAfterMs: number | null;
  /** The other field managers and fields of a conflict, as the server names them. */
  readonly conflicts: readonly { readonly manager: string; readonly field: string }[];

  constructor(parts: {
    readonly reason: FailureReason;
    readonly request: string;
    readonly message: string;
    readonly status?: number;
    readonly retryAfterMs?: number | null;
    readonly conflicts?: ApiFailure["conflicts"];
  }) {
    super(parts.message);
    this.name = "ApiFailure";
    this.reason = parts.reason;
    this.request = parts.request;
    this.status = parts.status ?? 0;
    this.retryAfterMs = parts.retryAfterMs ?? null;
    this.conflicts = parts.conflicts ?? [];
  }
}

const transient: ReadonlySet<FailureReason> = new Set(["unreachable", "too-many-requests", "server-error", "stale"]);

/** Whether trying the very same request again can help (issue of the moment, not of the request). */
export function isTransient(failure: ApiFailure): boolean {
  return transient.has(failure.reason);
}
