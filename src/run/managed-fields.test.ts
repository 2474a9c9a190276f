// What of an object is ours, told from managedFields as an API server writes them.
import { expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import { haveApplied, holdOnly, lastWriter, ourPart } from "./managed-fields.ts";

const service: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    namespace: "a",
    name: "gateway",
    labels: { ours: "1", theirs: "2" },
    finalizers: ["theirs", "ours"],
    managedFields: [
      {
        manager: "meshferry",
        operation: "Apply",
        apiVersion: "v1",
        time: "2026-11-25T10:00:00Z",
        fieldsV1: {
          "f:metadata": { "f:labels": { "f:ours": {} }, "f:finalizers": { 'v:"ours"': {} } },
          "f:spec": {
            "f:ports": {
              'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:name": {}, "f:port": {}, "f:targetPort": {} },
            },
            "f:selector": {},
          },
        },
      },
      { manager: "helm", operation: "Update", time: "2026-11-25T09:00:00Z", fieldsV1: {} },
      { manager: "edit", operation: "Update", time: "2026-11-25T11:00:00Z", fieldsV1: {} },
      { manager: "controller", operation: "Update", subresource: "status", time: "2026-11-25T12:00:00Z", fieldsV1: {} },
    ],
  },
  spec: {
    type: "ClusterIP",
    selector: { app: "gateway" },
    ports: [
      { name: "other", port: 81, protocol: "TCP", targetPort: 81 },
      { name: "http", port: 80, protocol: "TCP", targetPort: 8080 },
    ],
  },
};

const wanted: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "a", name: "gateway", labels: { ours: "1" }, finalizers: ["ours"] },
  spec: { selector: { app: "gateway" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
};

test("our part is what we had applied: items by their keys, values of sets, whole leaves", () => {
  expect(ourPart(service)).toEqual(wanted);
  expect(ourPart({ metadata: { name: "a" } })).toBe(null);
});

test("we hold nothing but what is wanted, or something more", () => {
  expect(holdOnly(service, wanted)).toBe(true);
  const spec = wanted["spec"] as JsonObject;
  expect(holdOnly(service, { ...wanted, spec: { ports: spec["ports"] ?? [] } })).toBe(false);
  expect(holdOnly(service, { ...wanted, spec: { ...spec, ports: [{ name: "http", port: 80 }] } })).toBe(false);
  expect(holdOnly(service, { ...wanted, spec: { ...spec, ports: [] } })).toBe(false);
  expect(holdOnly({ metadata: {} }, wanted)).toBe(false);
  expect([haveApplied(service), haveApplied({ metadata: {} })]).toEqual([true, false]);
});

test("the last writer is somebody else, and no writer of a status", () => {
  expect([lastWriter(service), lastWriter({})]).toEqual(["edit", "nobody known"]);
});
