// The Status object with which an API server refuses, read into the words of ApiFailure.
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { isDeniedByAdmission } from "./admission.ts";
import { ApiFailure, type FailureReason } from "./api-failure.ts";

export interface Refusal {
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
  readonly nowMs: number;
  /** Whether a JSON patch was sent. */
  readonly jsonPatch: boolean;
}

/** The failure that an answer of 400 and more stands for. */
export function failureOf({ request, status, body, retryAfter, nowMs, jsonPatch }: Refusal): ApiFailure {
  const said = statusIn(body);
  const message = typeof said?.["message"] === "string" ? said["message"] : plainText(body);
  return new ApiFailure({
    reason: jsonPatch && didNotFit(status, said) ? "patch-test-failed" : reasonOf(status, said, message),
    request,
    status,
    message: message === "" ? `the server answered ${status}` : message,
    retryAfterMs: retryAfterMs(retryAfter, nowMs) ?? secondsOf(said),
    conflicts: status === 409 ? conflictsIn(said) : [],
  });
}

/** The failure that an ERROR event of a watch stands for. */
export function failureOfEvent(request: string, event: Json): ApiFailure {
  const code = isJsonObject(event) && typeof event["code"] === "number" ? event["code"] : 500;
  return failureOf({
    request,
    status: code,
    body: JSON.stringify(event),
    retryAfter: null,
    nowMs: 0,
    jsonPatch: false,
  });
}

function statusIn(body: string): JsonObject | null {
  try {
    const value = JSON.parse(body) as Json;
    return isJsonObject(value) && value["kind"] === "Status" ? value : null;
  } catch {
    // A proxy or the server's panic handler wrote it.
    return null;
  }
}

/** What is not a Status may be a page of a proxy: a line of it says enough. */
function plainText(body: string): string {
  const text = body.replaceAll(/<[^>]*>/gu, " ").replaceAll(/\s+/gu, " ");
  return text.trim().slice(0, 300);
}

/**
 * A JSON patch whose `test` fails, or that removes what is not there, is answered by 422 without naming an object; what
 * validation refuses names it (kubernetes 1.34: the first seen on a cluster, apiserver handlers/patch.go applyJSPatch).
 */
function didNotFit(status: number, said: JsonObject | null): boolean {
  const details = said?.["details"];
  return status === 422 && isJsonObject(details) && details["kind"] === undefined && details["causes"] === undefined;
}

function reasonOf(status: number, said: JsonObject | null, message: string): FailureReason {
  if (said !== null && isDeniedByAdmission(status, message)) return "invalid";
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 410:
      return "gone";
    case 429:
      return "too-many-requests";
    default:
      if (status < 500) return "invalid";
      // Server-side apply of a field of the wrong type (kubernetes 1.34, seen in a lab test): the same again is no better.
      if (message.startsWith("failed to create typed patch object")) return "invalid";
      // A watch's ERROR event carries 500 with the reason Expired at times.
      return said?.["reason"] === "Expired" ? "gone" : "server-error";
  }
}

/** RFC 9110: seconds, or a date. */
export function retryAfterMs(text: string | null, nowMs: number): number | null {
  if (text === null || text.trim() === "") return null;
  if (/^\d+$/u.test(text.trim())) return Number(text.trim()) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

function secondsOf(said: JsonObject | null): number | null {
  const details = said?.["details"];
  const seconds = isJsonObject(details) ? details["retryAfterSeconds"] : undefined;
  return typeof seconds === "number" ? seconds * 1000 : null;
}

/**
 * Server-side apply names each conflict as a cause of reason FieldManagerConflict: `conflict with "MANAGER"…` and the field's
 * path (kubernetes 1.34, apimachinery/pkg/util/managedfields/internal/conflict.go; seen in lab test).
 */
function conflictsIn(said: JsonObject | null): { readonly manager: string; readonly field: string }[] {
  const details = said?.["details"];
  const causes = isJsonObject(details) ? details["causes"] : undefined;
  const found: { readonly manager: string; readonly field: string }[] = [];
  for (const cause of Array.isArray(causes) ? (causes as readonly Json[]) : []) {
    if (!isJsonObject(cause) || cause["reason"] !== "FieldManagerConflict") continue;
    const { message, field } = cause;
    const manager = typeof message === "string" ? /^conflict with "([^"]*)"/u.exec(message)?.[1] : undefined;
    found.push({ manager: manager ?? "", field: typeof field === "string" ? field : "" });
  }
  return found;
}
