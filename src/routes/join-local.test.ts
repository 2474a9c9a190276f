// Which ports of a local Service an import joins, and when no endpoint of ours could do what federation's do.
import { describe, expect, test } from "vitest";
import type { ClusterInput } from "../core/cluster.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { codesOf, examined } from "../../test/support/seen.ts";
import { added, kubeObject, type PortOf, twoMeshes } from "../../test/support/world.ts";

const host = "stock.sales.svc.cluster.local";

function world(
  remote: readonly PortOf[],
  local: readonly Json[],
  spec: JsonObject = {},
  mode?: "MultiTenant",
): ClusterInput[] {
  return added(
    twoMeshes({
      ...(mode ? { east: { mode } } : {}),
      west: {
        services: [
          { namespace: "sales", name: "orders" },
          { namespace: "store", name: "stock", ports: remote },
        ],
      },
      link: {
        exports: [
          null,
          [
            {
              type: "NameSelector",
              nameSelector: { namespace: "store", name: "stock", alias: { namespace: "sales" } },
            },
          ],
        ],
        imports: [
          [
            {
              type: "NameSelector",
              importAsLocal: true,
              nameSelector: { namespace: "sales", name: "stock", alias: { namespace: "sales" } },
            },
          ],
          null,
        ],
      },
    }),
    kubeObject("east", "v1", "Service", "sales", "stock", {
      spec: { selector: { app: "stock", tier: "back" }, ports: local, ...spec },
    }),
  );
}

/** How the host is carried: its code, its mode, or the ports by which it joins. */
function carried(inputs: readonly ClusterInput[]): unknown {
  const route = examined(inputs).routes.find((each) => each.host === host);
  if (!route) return "no route";
  const { carry } = route;
  if (carry.mode === "none") return carry.why.code;
  return carry.mode === "join-local" ? carry.ports : carry.mode;
}

const http: PortOf = { port: 8080, name: "http", targetPort: 8080 };
const joined = (number: number, name: string, protocol: string, target: string | null) => ({
  number,
  name,
  protocol,
  target,
});

describe("ports join by name, under the local Service's numbers", () => {
  test.each([
    ["equal", [http], [{ port: 8080, name: "http" }], [joined(8080, "http", "HTTP", null)]],
    ["another number", [http], [{ port: 80, name: "http" }], [joined(80, "http", "HTTP", null)]],
    ["both without a name", [{ port: 1 }], [{ port: 2 }], [joined(2, "", "UnsupportedProtocol", null)]],
    ["a named target", [http], [{ port: 80, name: "http", targetPort: "web" }], [joined(80, "http", "HTTP", "web")]],
    [
      "one that the exporter lacks, with a named target, stays local",
      [http],
      [
        { port: 80, name: "http" },
        { port: 9000, name: "metrics", targetPort: "metrics" },
      ],
      [joined(80, "http", "HTTP", null)],
    ],
    [
      "one more at the exporter",
      [http, { port: 9, name: "admin" }],
      [{ port: 80, name: "http" }],
      [joined(80, "http", "HTTP", null)],
    ],
    [
      "one of UDP stays local",
      [http],
      [
        { port: 80, name: "http" },
        { port: 53, name: "dns", protocol: "UDP" },
      ],
      [joined(80, "http", "HTTP", null)],
    ],
  ] as const)("%s", (_name, remote, local, ports) => {
    expect(carried(world(remote, local as readonly Json[]))).toEqual(ports);
  });

  test("none in common: nothing joins today, nothing is carried, and nothing keeps the link", () => {
    const inputs = world([http], [{ port: 8080, name: "web" }]);
    expect(carried(inputs)).toBe("no route");
    const { findings, target } = examined(inputs);
    expect(codesOf(findings)).toEqual(["MF216"]);
    expect(target.objects).toEqual([]);
  });
});

describe("no endpoint of ours could do the same", () => {
  const two = (target: string): readonly Json[] => [
    { port: 80, name: "http", targetPort: "web" },
    { port: 81, name: "other", targetPort: target },
  ];
  test.each([
    ["two ports share the named target, and one has no partner", two("web"), {}, "MF215"],
    ["an ExternalName", [{ port: 80, name: "http" }], { type: "ExternalName", externalName: "a.example" }, "MF201"],
    [
      "our label is what it selects by",
      [{ port: 80, name: "http" }],
      { selector: { "app.kubernetes.io/managed-by": "Helm" } },
      "MF201",
    ],
  ] as const)("%s", (_name, local, spec, code) => {
    expect(carried(world([http], local as readonly Json[], spec as JsonObject))).toBe(code);
  });
  test("two ports with targets of their own", () => {
    expect(carried(world([http], two("other")))).toEqual([joined(80, "http", "HTTP", "web")]);
  });

  const also = (kind: "Service" | "ServiceEntry", spec: JsonObject, namespace = "sales") =>
    kubeObject("east", kind === "Service" ? "v1" : "networking.istio.io/v1beta1", kind, namespace, "other", { spec });
  const base = world([http], [{ port: 80, name: "http" }]);
  const ports = [joined(80, "http", "HTTP", null)];
  test.each([
    ["a wider Service takes it too", also("Service", { selector: { app: "stock" } }), "MF214"],
    ["a narrower Service does not", also("Service", { selector: { app: "stock", tier: "back", x: "y" } }), ports],
    ["a headless one takes none", also("Service", { selector: { app: "stock" }, clusterIP: "None" }), ports],
    ["one of another namespace takes none", also("Service", { selector: { app: "stock" } }, "shop"), ports],
    [
      "a ServiceEntry takes it too",
      also("ServiceEntry", { hosts: ["x"], workloadSelector: { labels: { tier: "back" } } }),
      "MF214",
    ],
    ["a ServiceEntry without selector takes none", also("ServiceEntry", { hosts: ["x"] }), ports],
  ])("%s", (_name, other, expected) => {
    expect(carried(added(base, other))).toEqual(expected);
  });
});

test("a Service in a namespace that istiod does not watch joins nothing", () => {
  expect(carried(world([http], [{ port: 80, name: "http" }], {}, "MultiTenant"))).toBe("passthrough");
});
