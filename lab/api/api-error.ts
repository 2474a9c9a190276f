// What an API server answers when it refuses: its status object, as an error that callers can look into.
import { isJsonObject, type Json } from "../../src/core/json.ts";

export class ApiError extends Error {
  readonly status: number;
  /** "NotFound", "Conflict", "AlreadyExists", "Expired", …; "" when the answer carried none. */
  readonly reason: string;

  constructor(request: string, status: number, body: string) {
    const { reason, message } = statusIn(body);
    super(`${request}: ${status} ${reason}: ${message}`);
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
  }
}

function statusIn(body: string): { readonly reason: string; readonly message: string } {
  try {
    const value = JSON.parse(body) as Json;
    if (isJsonObject(value) && value["kind"] === "Status") {
      const { reason, message } = value;
      return { reason: typeof reason === "string" ? reason : "", message: typeof message === "string" ? message : "" };
    }
  } catch {
    // Not JSON: a proxy or the server's panic handler wrote it.
  }
  return { reason: "", message: body.trim().slice(0, 500) };
}
