// What a request that got no answer ran into, as an ApiFailure: Node's and OpenSSL's codes in words.
import { ApiFailure, type FailureReason } from "./api-failure.ts";

/** The codes of OpenSSL (node: "X509 certificate error codes") and of Node's own comparison of names. */
const untrusted = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "CERT_REJECTED",
  "CERT_UNTRUSTED",
  "CERT_REVOKED",
  "CERT_CHAIN_TOO_LONG",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const words: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for other names than that of the URL",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  SELF_SIGNED_CERT_IN_CHAIN: "it is not signed by the CA that the kubeconfig names",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is not signed by the CA that the kubeconfig names",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "it is not signed by the CA that the kubeconfig names",
  UNABLE_TO_GET_ISSUER_CERT: "it is not signed by the CA that the kubeconfig names",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "it is not signed by the CA that the kubeconfig names",
  ECONNREFUSED: "nothing listens there (connection refused)",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the name of the server does not resolve",
  EAI_AGAIN: "the name of the server does not resolve now",
  EHOSTUNREACH: "there is no route to the server",
  ENETUNREACH: "there is no route to the server's network",
  ETIMEDOUT: "no connection within the time limit",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 10 s",
  UND_ERR_HEADERS_TIMEOUT: "no answer within the time limit",
  UND_ERR_SOCKET: "the connection was closed",
  EPIPE: "the connection was closed",
};

/** `ended` is our caller's own signal: what it ends is no failure of the server. */
export function networkFailure(request: string, error: unknown, ended: AbortSignal | undefined): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (ended?.aborted === true)
    return new ApiFailure({ reason: "aborted", request, message: "ended before an answer came" });
  const causes = causesOf(error);
  const codes = causes.map(codeOf).filter((code) => code !== "");
  const refused = codes.find((code) => untrusted.has(code));
  const reason: FailureReason = refused === undefined ? "unreachable" : "untrusted";
  return new ApiFailure({ reason, request, message: textOf(refused ?? codes[0], causes) });
}

function textOf(code: string | undefined, causes: readonly Error[]): string {
  const last = causes.at(-1)?.message ?? "no answer";
  if (code === undefined) return last;
  const known = words[code];
  return known === undefined ? `${last} (${code})` : known;
}

/** The error, what caused it, and so on; of several that were tried at once, each. */
function causesOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error.cause];
  return [error, ...inner.flatMap(causesOf)];
}

function codeOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
