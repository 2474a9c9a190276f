// The lines of one watch request, until the server ends it, it breaks, or nothing has been heard for too long.
import { ApiFailure } from "./api-failure.ts";
import type { ApiServer } from "./api-server.ts";
import { networkFailure } from "./network-failure.ts";

export interface WatchRequest {
  readonly path: string;
  readonly accept: string;
  readonly query: Readonly<Record<string, string>>;
  readonly from: string;
}

/**
 * Bookmarks come about once a minute (kubernetes 1.34, apiserver storage/cacher: defaultBookmarkFrequency), so three
 * minutes of silence are a connection that is gone without a word, as when a VPN drops it.
 */
const silenceMs = 180_000;

export async function* watchLines(
  server: ApiServer,
  { path, accept, query, from }: WatchRequest,
  signal: AbortSignal,
): AsyncIterable<string> {
  const request = `GET ${path} (watch)`;
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), silenceMs);
  try {
    const body = await server.stream({
      method: "GET",
      path,
      accept,
      query: { ...query, watch: "true", allowWatchBookmarks: "true", resourceVersion: from },
      signal: AbortSignal.any([signal, silent.signal]),
    });
    body.setEncoding("utf8");
    let rest = "";
    for await (const chunk of body) {
      timer.refresh();
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    if (silent.signal.aborted)
      throw new ApiFailure({ reason: "unreachable", request, message: `nothing heard for ${silenceMs / 1000} s` });
    throw networkFailure(request, error, signal);
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}
