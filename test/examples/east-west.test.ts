import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "../../src/core/json.ts";
import { kindKey } from "../../src/core/object-ref.ts";
import { kinds } from "../../src/inventory/kinds/registry.ts";
import { listAt, nameOf, readFolder, textAt, valueAt, yamlFiles } from "./read-documents.ts";

const sides = ["east", "west"] as const;
type Side = (typeof sides)[number];
const other: Readonly<Record<Side, Side>> = { east: "west", west: "east" };

const folder = (side: Side): string => fileURLToPath(new URL(`../../examples/east-west/${side}`, import.meta.url));
const objects = { east: readFolder(folder("east")), west: readFolder(folder("west")) };

function allOf(side: Side, kind: string): JsonObject[] {
  return objects[side].filter((object) => object["kind"] === kind);
}

function find(side: Side, kind: string, namespace: string, name: string): JsonObject {
  const found = objects[side].find((object) => nameOf(object) === `${kind} ${namespace}/${name}`);
  if (found === undefined) throw new Error(`${side} has no ${kind} ${namespace}/${name}`);
  return found;
}

function schemaOf(object: JsonObject) {
  const [group = "", version] = textAt(object, "apiVersion").split("/");
  const key = kindKey({ group: version === undefined ? "" : group, kind: textAt(object, "kind") });
  return Object.entries(kinds).find(([name]) => name === key)?.[1];
}

const rootOf = (side: Side, namespace = "istio-system"): string =>
  textAt(find(side, "ConfigMap", namespace, "istio-ca-root-cert"), "data", "root-cert.pem");
const peerOf = (side: Side): JsonObject => find(side, "ServiceMeshPeer", "istio-system", `${other[side]}-mesh`);
const controlPlane = (side: Side): JsonObject => find(side, "ServiceMeshControlPlane", "istio-system", "basic");
const members: Readonly<Record<Side, readonly string[]>> = { east: ["client"], west: ["a", "b"] };

function carries(object: JsonObject, selector: Json | undefined): boolean {
  if (!isJsonObject(selector)) return false;
  return Object.entries(selector).every(([key, value]) => valueAt(object, "metadata", "labels", key) === value);
}

/** The pods that a Service sends to. */
function podsBehind(side: Side, service: JsonObject): JsonObject[] {
  const namespace = textAt(service, "metadata", "namespace");
  return allOf(side, "Pod").filter(
    (pod) => textAt(pod, "metadata", "namespace") === namespace && carries(pod, valueAt(service, "spec", "selector")),
  );
}

describe.each(sides)("%s, what the product reads", (side) => {
  test("parses with the schema of its kind", () => {
    const read = objects[side].flatMap((object) => {
      const schema = schemaOf(object);
      if (schema === undefined) return [];
      expect(schema.fit(object), nameOf(object)).not.toBeNull();
      return [textAt(object, "kind")];
    });
    expect(new Set(read)).toEqual(
      new Set([
        ...["Namespace", "Node", "ConfigMap", "Secret", "Service", "EndpointSlice", "Pod", "Deployment", "ReplicaSet"],
        ...["ServiceMeshControlPlane", "ServiceMeshMemberRoll", "ServiceMeshMember", "ServiceMeshPeer"],
        side === "west" ? "ExportedServiceSet" : "ImportedServiceSet",
        ...["DestinationRule", "PeerAuthentication"],
      ]),
    );
  });

  test("has every object once, with a uid and a creation time", () => {
    const names = objects[side].map((object) => `${textAt(object, "apiVersion")} ${nameOf(object)}`);
    expect(names).toEqual([...new Set(names)]);
    const uids = objects[side].map((object) => textAt(object, "metadata", "uid"));
    expect(uids).not.toContain("");
    expect(uids).toEqual([...new Set(uids)]);
    for (const object of objects[side]) {
      expect(Date.parse(textAt(object, "metadata", "creationTimestamp")), nameOf(object)).toBeGreaterThan(0);
    }
  });

  test("lies in namespaces that exist", () => {
    const known = allOf(side, "Namespace").map((namespace) => textAt(namespace, "metadata", "name"));
    expect(known).toEqual(["istio-system", ...members[side]]);
    const used = objects[side].map((object) => textAt(object, "metadata", "namespace")).filter((name) => name !== "");
    expect(new Set(used)).toEqual(new Set(known));
  });

  test("holds no key and no Secret data", () => {
    for (const file of yamlFiles(folder(side))) expect(readFileSync(file, "utf8"), file).not.toMatch(/PRIVATE KEY/);
    const secrets = allOf(side, "Secret");
    expect(secrets.map(nameOf)).toEqual(["Secret istio-system/cacerts"]);
    for (const secret of secrets)
      expect(Object.keys(secret).sort()).toEqual(["apiVersion", "kind", "metadata", "type"]);
  });
});

describe.each(sides)("%s, roots and peers", (side) => {
  test("its root is a self-signed CA that is good until 2034 at least", () => {
    const root = new X509Certificate(rootOf(side));
    expect(root.ca).toBe(true);
    expect(root.issuer).toBe(root.subject);
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.subject).toBe(`O=my-company.org\nCN=${side === "east" ? "East" : "West"} Root CA`);
    expect(Date.parse(root.validTo)).toBeGreaterThan(Date.parse("2034-01-01T00:00:00Z"));
    expect(rootOf(side)).not.toBe(rootOf(other[side]));
  });

  test("its root lies in every namespace of the mesh", () => {
    for (const namespace of members[side]) expect(rootOf(side, namespace), namespace).toBe(rootOf(side));
  });

  test("its peer names the other side's root, ingress, trust domain and egress identity", () => {
    const far = other[side];
    const peer = peerOf(side);
    const configMap = textAt(peer, "spec", "security", "certificateChain", "name");
    expect(textAt(find(side, "ConfigMap", "istio-system", configMap), "data", "root-cert.pem")).toBe(rootOf(far));

    const ingress = find(far, "Service", "istio-system", "federation-ingress");
    const address = textAt(ingress, "status", "loadBalancer", "ingress", 0, "ip");
    expect(listAt(peer, "spec", "remote", "addresses")).toEqual([address]);
    expect(address).toMatch(far === "east" ? /^192\.0\.2\./ : /^198\.51\.100\./);

    const domain = textAt(controlPlane(far), "spec", "security", "trust", "domain");
    expect(textAt(peer, "spec", "security", "trustDomain")).toBe(domain);
    const account = textAt(
      find(far, "Deployment", "istio-system", "federation-egress"),
      ...["spec", "template", "spec", "serviceAccountName"],
    );
    expect(find(far, "ServiceAccount", "istio-system", account)).toBeDefined();
    expect(textAt(peer, "spec", "security", "clientID")).toBe(`${domain}/ns/istio-system/sa/${account}`);
  });

  test("its peer is connected both ways, by the istiod pods that run", () => {
    const active = valueAt(peerOf(side), "status", "discoveryStatus", "active", 0);
    expect(find(side, "Pod", "istio-system", textAt(active, "pod"))).toBeDefined();
    expect(valueAt(active, "watch", "connected")).toBe(true);
    expect(valueAt(active, "remotes", 0, "connected")).toBe(true);
    const farIstiod = allOf(other[side], "Pod").find((pod) => carries(pod, { app: "istiod" }));
    expect(textAt(active, "remotes", 0, "source")).toBe(textAt(farIstiod, "status", "podIP"));
  });

  test("its control plane is ready, and its configuration shows the trust domains", () => {
    const conditions = listAt(controlPlane(side), "status", "conditions");
    expect(conditions.map((condition) => [textAt(condition, "type"), textAt(condition, "status")])).toEqual([
      ["Installed", "True"],
      ["Reconciled", "True"],
      ["Ready", "True"],
    ]);
    const rendered = textAt(find(side, "ConfigMap", "istio-system", "istio-basic"), "data", "mesh");
    expect(rendered).toContain(`trustDomain: ${side}.local\n`);
    expect(rendered).toContain(`trustDomainAliases:\n- ${other[side]}.local`);
    const env = valueAt(controlPlane(side), "spec", "runtime", "components", "pilot", "container", "env");
    expect(env).toEqual(side === "east" ? { PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API: "true" } : undefined);
    const roll = find(side, "ServiceMeshMemberRoll", "istio-system", "default");
    expect(listAt(roll, "status", "configuredMembers")).toEqual(members[side]);
  });
});

test("what West exports is what East imports", () => {
  const exported = find("west", "ExportedServiceSet", "istio-system", "east-mesh");
  const imported = find("east", "ImportedServiceSet", "istio-system", "west-mesh");
  const names = (set: JsonObject, field: string) =>
    listAt(set, "status", field).map((row) => textAt(row, "exportedName"));
  expect(names(imported, "importedServices")).toEqual(names(exported, "exportedServices"));
  for (const row of listAt(exported, "status", "exportedServices")) {
    const local = valueAt(row, "localService");
    expect(find("west", "Service", textAt(local, "namespace"), textAt(local, "name"))).toBeDefined();
  }
  expect(listAt(imported, "status", "importedServices").map((row) => textAt(row, "localService", "hostname"))).toEqual([
    "httpbin.a.svc.west-mesh-imports.local",
    "httpbin.b.svc.cluster.local",
  ]);
});

describe.each(sides)("%s, workloads", (side) => {
  test("every owner exists, under its uid", () => {
    let count = 0;
    for (const object of objects[side]) {
      for (const owner of listAt(object, "metadata", "ownerReferences")) {
        const namespace = textAt(object, "metadata", "namespace");
        const found = find(side, textAt(owner, "kind"), namespace, textAt(owner, "name"));
        expect(textAt(owner, "uid"), nameOf(object)).toBe(textAt(found, "metadata", "uid"));
        expect(textAt(owner, "apiVersion"), nameOf(object)).toBe(textAt(found, "apiVersion"));
        count += 1;
      }
    }
    for (const pod of allOf(side, "Pod")) expect(listAt(pod, "metadata", "ownerReferences")).toHaveLength(1);
    expect(count).toBeGreaterThan(20);
  });

  test("every pod comes from its ReplicaSet's template and runs under an account that exists", () => {
    for (const pod of allOf(side, "Pod")) {
      const namespace = textAt(pod, "metadata", "namespace");
      const set = find(side, "ReplicaSet", namespace, textAt(pod, "metadata", "ownerReferences", 0, "name"));
      expect(carries(pod, valueAt(set, "spec", "selector", "matchLabels")), nameOf(pod)).toBe(true);
      expect(carries(pod, valueAt(set, "spec", "template", "metadata", "labels")), nameOf(pod)).toBe(true);
      expect(find(side, "ServiceAccount", namespace, textAt(pod, "spec", "serviceAccountName"))).toBeDefined();
      expect(find(side, "Node", "", textAt(pod, "spec", "nodeName"))).toBeDefined();
    }
  });

  test("every Service has one pod behind it, and its EndpointSlice says so", () => {
    const slices = allOf(side, "EndpointSlice");
    expect(slices).toHaveLength(allOf(side, "Service").length);
    for (const service of allOf(side, "Service")) {
      const pods = podsBehind(side, service);
      expect(pods, nameOf(service)).toHaveLength(1);
      const [slice, ...more] = slices.filter(
        (candidate) =>
          textAt(candidate, "metadata", "ownerReferences", 0, "uid") === textAt(service, "metadata", "uid"),
      );
      expect(more).toEqual([]);
      expect(textAt(slice, "metadata", "labels", "kubernetes.io/service-name")).toBe(
        textAt(service, "metadata", "name"),
      );
      expect(listAt(slice, "endpoints").map((endpoint) => listAt(endpoint, "addresses"))).toEqual(
        pods.map((pod) => [textAt(pod, "status", "podIP")]),
      );
      expect(listAt(slice, "endpoints").map((endpoint) => textAt(endpoint, "targetRef", "uid"))).toEqual(
        pods.map((pod) => textAt(pod, "metadata", "uid")),
      );
      expect(listAt(slice, "ports").map((port) => valueAt(port, "port"))).toEqual(
        listAt(service, "spec", "ports").map((port) => valueAt(port, "targetPort")),
      );
    }
  });

  test("every proxy knows its network and its trust domain", () => {
    const proxies = allOf(side, "Pod").flatMap((pod) =>
      listAt(pod, "spec", "containers").filter((container) => textAt(container, "name") === "istio-proxy"),
    );
    expect(proxies).toHaveLength(2 + members[side].length);
    for (const proxy of proxies) {
      const env = new Map(listAt(proxy, "env").map((entry) => [textAt(entry, "name"), textAt(entry, "value")]));
      expect(env.get("ISTIO_META_NETWORK")).toBe(`network-${side}-mesh`);
      expect(env.get("TRUST_DOMAIN")).toBe(`${side}.local`);
    }
    const injected = allOf(side, "Pod").filter((pod) => members[side].includes(textAt(pod, "metadata", "namespace")));
    for (const pod of injected) {
      expect(textAt(pod, "metadata", "annotations", "sidecar.istio.io/inject"), nameOf(pod)).toBe("true");
      expect(textAt(pod, "metadata", "annotations", "sidecar.istio.io/status"), nameOf(pod)).toContain("istio-proxy");
    }
  });
});
