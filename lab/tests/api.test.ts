// The lab's own client, against a real API server.
import { expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { waitForNone } from "../api/wait-for.ts";
import { isGone, readLine, watch } from "../api/watch.ts";
import { newNamespace, sharedCluster } from "./shared-cluster.ts";

const kind = { apiVersion: "v1", kind: "ConfigMap" };

test("objects are made, applied, patched, listed, and deleted", async () => {
  const east = await sharedCluster("east");
  const { api } = east;
  const namespace = await newNamespace(east);
  const name = { ...kind, namespace, name: "one" };
  const object = (data: Record<string, string>) => ({ ...kind, metadata: { namespace, name: "one" }, data });
  expect(await api.get(name)).toBe(null);
  expect((await api.create(object({ a: "1" })))["data"]).toEqual({ a: "1" });
  await expect(api.create(object({}))).rejects.toMatchObject({ status: 409, reason: "AlreadyExists" });
  // Fields of two owners stand side by side; what another owns is taken by force only.
  expect((await api.apply(object({ b: "2" }), "second"))["data"]).toEqual({ a: "1", b: "2" });
  const conflict = api.apply(object({ b: "3" }), "third", { force: false });
  await expect(conflict).rejects.toThrow(ApiError);
  await expect(conflict).rejects.toMatchObject({ status: 409, reason: "Conflict" });
  expect((await api.apply(object({ b: "3" }), "third"))["data"]).toEqual({ a: "1", b: "3" });
  expect((await api.patch(name, "merge", { data: { a: null } }))["data"]).toEqual({ b: "3" });
  expect((await api.patch(name, "json", [{ op: "add", path: "/data/c", value: "4" }]))["data"]).toEqual({
    b: "3",
    c: "4",
  });
  const { items } = await api.list(kind, { namespace, fields: "metadata.name=one" });
  expect(items).toEqual([await api.get(name)]);
  expect(await api.delete(name)).toBe(true);
  await waitForNone(api, name, 10_000);
  expect(await api.delete(name)).toBe(false);
});

test("a watch shows what is there and what changes; a version that is too old is refused as gone", async () => {
  const east = await sharedCluster("east");
  const { api } = east;
  const namespace = await newNamespace(east);
  const labels = { watched: "yes" };
  const object = (name: string) => ({ ...kind, metadata: { namespace, name, labels } });
  await api.create(object("before"));
  const end = new AbortController();
  const seen: string[] = [];
  for await (const event of watch(api, kind, { namespace, labels: "watched=yes" }, end.signal)) {
    const { name } = event.object.metadata;
    seen.push(`${event.type} ${name}`);
    if (seen.length === 1) await api.create(object("after"));
    if (seen.length === 2) await api.patch({ ...kind, namespace, name: "after" }, "merge", { data: { a: "1" } });
    if (seen.length === 3) await api.delete({ ...kind, namespace, name: "before" });
    if (seen.length === 4) end.abort();
  }
  expect(seen).toEqual(["ADDED before", "ADDED after", "MODIFIED after", "DELETED before"]);
  let refusal: unknown = null;
  try {
    for await (const line of api.watchLines(kind, { namespace }, "1", AbortSignal.timeout(10_000))) readLine(line);
  } catch (error) {
    refusal = error;
  }
  expect(isGone(refusal)).toBe(true);
});
