import { expect, test } from "vitest";
import { proxyFromEnvironment } from "./proxy.ts";

const proxied = (server: string, noProxy: string) =>
  proxyFromEnvironment(server, { HTTPS_PROXY: "proxy.test:3128", NO_PROXY: noProxy }) !== null;

test("the environment's proxy, as Go's programs take it", () => {
  const server = "https://api.east.test:6443";
  expect(proxyFromEnvironment(server, {})).toBe(null);
  expect(proxyFromEnvironment(server, { HTTPS_PROXY: "proxy.test:3128" })).toBe("http://proxy.test:3128");
  expect(proxyFromEnvironment(server, { https_proxy: "https://proxy.test" })).toBe("https://proxy.test");
  expect(proxyFromEnvironment(server, { HTTP_PROXY: "proxy.test:3128" })).toBe(null);
  expect(proxyFromEnvironment("http://api.test", { HTTP_PROXY: "http://p" })).toBe("http://p");
  for (const here of ["localhost", "127.0.0.1", "[::1]"])
    expect(proxyFromEnvironment(`https://${here}:6443`, { HTTPS_PROXY: "http://p" })).toBe(null);
});

test.each([
  ["", true],
  ["*", false],
  ["east.test", false],
  [".east.test", false],
  ["*.east.test", false],
  ["west.test, api.east.test", false],
  ["API.EAST.TEST", false],
  ["ast.test", true],
  [".api.east.test", true],
  ["api.east.test:6443", false],
  ["api.east.test:443", true],
])("NO_PROXY %s", (noProxy, expected) => {
  expect(proxied("https://api.east.test:6443", noProxy)).toBe(expected);
});

test.each([
  ["10.0.0.0/8", false],
  ["10.1.2.3", false],
  ["10.1.2.3:6443", false],
  ["10.1.2.3:443", true],
  ["192.168.0.0/16,fd00::/8", true],
  ["0.0.0.0/0", false],
  ["no/range", true],
])("NO_PROXY %s for an address", (noProxy, expected) => {
  expect(proxied("https://10.1.2.3:6443", noProxy)).toBe(expected);
});

test("NO_PROXY for an address of IPv6", () => {
  expect(proxied("https://[fd00::1]:6443", "fd00::/8")).toBe(false);
  expect(proxied("https://[fd00::1]:6443", "fd00::1")).toBe(false);
  expect(proxied("https://[fd00::1]:6443", "10.0.0.0/8")).toBe(true);
});
