// The parts as they are listed, and what is decided about the machine.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { labFolder } from "../machine/places.ts";
import { cacheKey } from "./cache-key.ts";
import { missingPackages } from "./debian-packages.ts";
import { enoughSpace } from "./disk-space.ts";
import { goGroups, istioGroups } from "./go-parts.ts";

test("each group has its module, whose version is the one in its name", () => {
  const required = Object.fromEntries(
    [...goGroups, ...Object.values(istioGroups)].map(({ module }) => {
      expect(existsSync(join(labFolder, "go", module, "go.mod"))).toBe(true);
      const mod = readFileSync(join(labFolder, "go", module, "go.mod"), "utf8");
      return [module, /^require (\S+ \S+)$/m.exec(mod)?.[1]];
    }),
  );
  expect(required).toEqual({
    "node-init": undefined,
    coredns: `github.com/coredns/coredns v${goGroups[1]?.version}`,
    kubernetes: `k8s.io/kubernetes v${goGroups[2]?.version}`,
    // The Go proxy serves Istio under commits, not releases; these are 1.20.2 and 1.28.3.
    "istio-1.20": "istio.io/istio v0.0.0-20240103075501-5f5d657c72d3",
    istio: "istio.io/istio v0.0.0-20260114100434-4c1f845d839e",
  });
});

test("Kubernetes knows its version", () => {
  expect(goGroups.find(({ module }) => module === "kubernetes")?.ldflags).toContain(
    "-X k8s.io/component-base/version.gitVersion=v1.34.4 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34",
  );
});

test("parts of a key do not run into each other", () => {
  expect(cacheKey("a", "1", ["bc", "d"])).toMatch(/^a-1-[0-9a-f]{12}$/);
  expect(cacheKey("a", "1", ["bc", "d"])).not.toBe(cacheKey("a", "1", ["b", "cd"]));
});

test("a package that is only half installed is missing", () => {
  expect(missingPackages(["runc", "umoci", "skopeo"], "runc installed\numoci config-files\n")).toEqual([
    "umoci",
    "skopeo",
  ]);
});

test("too little space is said before anything is built", () => {
  expect(enoughSpace("/cache", 15e9)).toBe("lab: 15 GB free, 15 GB needed");
  expect(() => enoughSpace("/cache", 14e9)).toThrow("14 GB free in /cache, 15 GB needed");
});
