// What Envoy says of itself, in the shapes that were seen on Istio 1.20.2 and 1.28.3: read as facts, and no key kept.
// oxlint-disable-next-line import/no-unassigned-import -- it adds what the certificate library builds on, and must come first
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { describe, expect, test } from "vitest";
import { certificateHashes } from "../../core/certificates.ts";
import type { Json } from "../../core/json.ts";
import { host } from "../../core/ids.ts";
import { pem } from "../../../test/support/world.ts";
import { activeConnections, connectionsTo } from "./read-activity.ts";
import { exposureIn } from "./read-exposure.ts";
import { endpointsIn, namesIn, readHosts } from "./read-hosts.ts";
import { nodeIn, secretsIn } from "./read-identity.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("identity", () => {
  test("network and revision, by annotation or label", () => {
    const dump = (metadata: Json): Json => ({ configs: [{ bootstrap: { node: { metadata } } }] });
    const annotated = { NETWORK: "net", ANNOTATIONS: { "istio.io/rev": "default" }, LABELS: {} };
    expect(nodeIn(dump(annotated))).toEqual({ network: "net", revision: "default" });
    expect(nodeIn(dump({ LABELS: { "istio.io/rev": "v3" } }))).toEqual({ network: "", revision: "v3" });
    expect(nodeIn({ configs: [] })).toEqual({ network: "", revision: "" });
  });
  test("the roots of one bundle, or of one for each trust domain, as the plan hashes them", () => {
    const secret = (validation_context: Json): Json => ({
      configs: [{ secret: { name: "ROOTCA", validation_context } }],
    });
    const one = secret({ trusted_ca: { inline_bytes: base64(`${pem("a")}${pem("b")}`) } });
    expect(secretsIn(one).roots).toEqual(certificateHashes(`${pem("a")}${pem("b")}`));
    const domains = secret({
      custom_validator_config: {
        typed_config: {
          trust_domains: [
            { name: "east", trust_bundle: { inline_bytes: base64(pem("a")) } },
            { name: "west", trust_bundle: { inline_string: pem("b") } },
          ],
        },
      },
    });
    expect(secretsIn(domains).roots).toEqual(secretsIn(one).roots);
  });
  test("of one for each trust domain, the own domain's: the others are there because of peers", async () => {
    const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const own = await X509CertificateGenerator.createSelfSigned({
      serialNumber: "01",
      name: "O=test",
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2026-01-02T00:00:00Z"),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      keys,
      extensions: [new SubjectAlternativeNameExtension([{ type: "url", value: "spiffe://east.example/ns/a/sa/b" }])],
    });
    const domain = (name: string, root: string): Json => ({ name, trust_bundle: { inline_string: pem(root) } });
    const dump = {
      configs: [
        {
          secret: {
            name: "ROOTCA",
            validation_context: {
              custom_validator_config: {
                typed_config: { trust_domains: [domain("east.example", "a"), domain("west.example", "b")] },
              },
            },
          },
        },
        {
          secret: {
            name: "default",
            tls_certificate: { certificate_chain: { inline_string: own.toString("pem") } },
          },
        },
      ],
    };
    expect(secretsIn(dump)).toEqual({
      roots: certificateHashes(pem("a")),
      certificate: { validFrom: "2026-01-01T00:00:00.000Z", validTo: "2026-01-02T00:00:00.000Z" },
    });
  });
  test("a key that a proxy would show is not kept", () => {
    const canary = "canary-of-a-private-key";
    const dump = {
      configs: [
        {
          secret: {
            name: "default",
            tls_certificate: {
              certificate_chain: { inline_bytes: base64("none") },
              private_key: { inline_string: canary },
            },
          },
        },
      ],
    };
    expect(JSON.stringify(secretsIn(dump))).toBe('{"roots":[],"certificate":null}');
  });
});

const lbEndpoint = (address: string, port: number, health = "HEALTHY"): Json => ({
  endpoint: { address: { socket_address: { address, port_value: port } } },
  health_status: health,
});
const eds = (name: string, ...endpoints: readonly Json[]): Json => ({
  endpoint_config: { cluster_name: name, endpoints: [{ lb_endpoints: endpoints }] },
});

describe("hosts", () => {
  test("endpoints with their health", () => {
    const dump = {
      configs: [eds("a", lbEndpoint("10.0.0.1", 15443), lbEndpoint("10.0.0.2", 15443, "UNHEALTHY")), eds("b")],
    };
    expect(endpointsIn(dump)).toEqual(
      new Map([
        [
          "a",
          [
            { address: "10.0.0.1", port: 15443, healthy: true },
            { address: "10.0.0.2", port: 15443, healthy: false },
          ],
        ],
        ["b", []],
      ]),
    );
  });
  const socket = (context: Json): Json => ({ typed_config: { common_tls_context: context } });
  const matchers = { match_subject_alt_names: [{ exact: "spiffe://b" }, { exact: "spiffe://a" }] };
  test("names in the socket of auto mTLS, whichever way Envoy is told them", () => {
    const combined = socket({ combined_validation_context: { default_validation_context: matchers } });
    const auto = {
      transport_socket_matches: [
        { match: {}, transport_socket: {} },
        { match: { tlsMode: "istio" }, transport_socket: combined },
      ],
    };
    expect(namesIn(auto)).toEqual(["spiffe://a", "spiffe://b"]);
    expect(namesIn({ transport_socket: combined })).toEqual(["spiffe://a", "spiffe://b"]);
    const typed = { match_typed_subject_alt_names: [{ san_type: "URI", matcher: { exact: "spiffe://a" } }] };
    expect(namesIn({ transport_socket: socket({ validation_context: typed }) })).toEqual(["spiffe://a"]);
    expect(namesIn({})).toEqual([]);
  });
  test("a matcher that accepts more than one name is none of the names that are wanted", () => {
    const prefix = socket({ validation_context: { match_subject_alt_names: [{ prefix: "spiffe://" }] } });
    expect(namesIn({ transport_socket: prefix })).toEqual(['{"prefix":"spiffe://"}']);
  });
  test("asked for by their names alone, the whole of each", async () => {
    const paths: string[] = [];
    const wanted = [
      { host: host("a.example"), port: 80 },
      { host: host("b.example"), port: 81 },
    ];
    const found = await readHosts(async (path) => {
      paths.push(decodeURIComponent(path));
      return path.includes("clusters")
        ? { configs: [{ cluster: { name: "outbound|80||a.example" } }, { cluster: { name: "outbound|9||else" } }] }
        : { configs: [eds("outbound|80||a.example", lbEndpoint("10.0.0.1", 1))] };
    }, wanted);
    expect(found).toEqual(
      new Map([
        ["outbound|80||a.example", { endpoints: [{ address: "10.0.0.1", port: 1, healthy: true }], names: [] }],
      ]),
    );
    expect(paths[0]).toBe(
      "config_dump?resource=dynamic_active_clusters&name_regex=^(outbound\\|80\\|\\|a\\.example|outbound\\|81\\|\\|b\\.example)$",
    );
  });
});

test("exposure: chains, the clusters behind them, what is rejected", () => {
  const chain = (...names: readonly string[]): Json => ({ filter_chain_match: { server_names: names } });
  const first = "outbound_.80_._.a.example";
  const second = "outbound_.81_._.b.example";
  const listeners = {
    configs: [
      {
        name: "0.0.0.0_15443",
        active_state: { listener: { filter_chains: [chain(first), chain(first), chain(second), chain("else")] } },
      },
      { name: "0.0.0.0_15444", error_state: { details: "two chains are alike" } },
    ],
  };
  const endpoints = { configs: [eds(first, lbEndpoint("10.0.0.1", 80), lbEndpoint("10.0.0.2", 80, "UNHEALTHY"))] };
  expect(exposureIn(listeners, endpoints)).toEqual({
    snis: new Map([
      [first, { chains: 2, healthy: 1 }],
      [second, { chains: 1, healthy: null }],
    ]),
    rejected: [{ resource: "0.0.0.0_15444", why: "two chains are alike" }],
  });
});

describe("activity", () => {
  const status = (name: string, cx_active: number, cx_total = 0): Json => ({
    name,
    host_statuses: [
      {
        stats: [
          { name: "cx_total", value: String(cx_total) },
          { name: "cx_connect_fail", value: "2" },
          // Envoy leaves out a zero.
          cx_active === 0
            ? { type: "GAUGE", name: "cx_active" }
            : { type: "GAUGE", name: "cx_active", value: String(cx_active) },
        ],
      },
    ],
  });
  test("connections to others, without the proxy's own and federation's discovery", () => {
    const clusters = (...active: readonly number[]): Json => ({
      cluster_statuses: [
        status("outbound|15443||far.example", active[0] ?? 0),
        status("outbound_.80_._.a.example", active[1] ?? 0),
        status("outbound|8188||discovery.control.svc.peer.local", 1),
        status("xds-grpc", 1),
      ],
    });
    expect(activeConnections(clusters(0, 0))).toBe(0);
    expect(activeConnections(clusters(2, 3))).toBe(5);
  });
  test("connections opened to one host", () => {
    const clusters = {
      cluster_statuses: [status("outbound|80||a.example", 1, 7), status("outbound|81||a.example", 1, 9)],
    };
    expect(connectionsTo(clusters, { host: host("a.example"), port: 80 })).toEqual({ begun: 7, failed: 2 });
    expect(connectionsTo(clusters, { host: host("b.example"), port: 80 })).toEqual({ begun: 0, failed: 0 });
  });
});
