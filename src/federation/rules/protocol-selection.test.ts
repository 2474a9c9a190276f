import { expect, test } from "vitest";
import { namedProtocol, servicePortProtocol } from "./protocol-selection.ts";

test.each([
  ["http", 80, "", "", "HTTP"],
  ["http-web", 8080, "TCP", "", "HTTP"],
  ["HTTP-up", 83, "", "", "HTTP"],
  ["httpweb", 83, "", "", "UnsupportedProtocol"],
  ["grpc", 9090, "", "", "GRPC"],
  ["grpc-web", 81, "", "", "GRPC-Web"],
  ["GRPC-WEB-x", 81, "", "", "GRPC-Web"],
  ["grpc-website", 81, "", "", "GRPC-Web"],
  ["redis-cache", 6379, "", "", "Redis"],
  ["mysql-db", 3307, "", "", "MySQL"],
  ["web", 81, "", "grpc", "GRPC"],
  ["http", 84, "", "kubernetes.io/h2c", "UnsupportedProtocol"],
  ["dns", 53, "UDP", "", "UDP"],
  ["http", 53, "UDP", "http", "UDP"],
  ["dns", 53, "", "", "TCP"],
  ["", 3306, "", "", "TCP"],
  ["http", 3306, "", "", "HTTP"],
  ["sctp", 7000, "SCTP", "", "UnsupportedProtocol"],
  ["", 9080, "", "", "UnsupportedProtocol"],
])("port %j %i/%s with appProtocol %j speaks %s", (name, port, protocol, appProtocol, expected) => {
  expect(servicePortProtocol({ name, port, protocol, appProtocol })).toBe(expected);
});

test("kubernetes.io/h2c is HTTP2 from Istio 1.20 on", () => {
  const port = { name: "x", port: 84, protocol: "TCP", appProtocol: "kubernetes.io/h2c" };
  expect(servicePortProtocol(port, "1.20")).toBe("HTTP2");
});

test("a ServiceEntry's protocol is read whole and in any case", () => {
  expect(namedProtocol("Http")).toBe("HTTP");
  expect(namedProtocol("http-web")).toBe("UnsupportedProtocol");
  expect(namedProtocol("")).toBe("UnsupportedProtocol");
});
