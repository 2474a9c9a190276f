// What `istioctl analyze` says of the published guide's objects: people see it after the migration, and ask whether it matters.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import type { Manifest } from "../api/live-object.ts";
import type { IstioVersion } from "../build/go-parts.ts";
import { runCommand } from "../machine/run-command.ts";
import { importerWorkload } from "./guide/guide-objects.ts";
import { httpA, network } from "./guide/hosts.ts";

const versions: readonly IstioVersion[] = ["1.20.2", "1.28.3"];

test.each(versions)(
  "istioctl %s warns of a WorkloadEntry without address (IST0133), which works all the same",
  async (version) => {
    const folder = await mkdtemp(join(tmpdir(), "lab-analyze-"));
    onTestFinished(async () => rm(folder, { recursive: true }));
    const said = async (object: Manifest): Promise<string> => {
      const file = join(folder, "object.json");
      await writeFile(file, JSON.stringify(object));
      const { istioctl } = inject("built").istio[version];
      return runCommand(istioctl, ["analyze", "--all-namespaces", "--use-kube=false", file], { timeoutMs: 30_000 });
    };
    const workload = importerWorkload(httpA);
    expect(await said(workload)).toContain(`Warning [IST0133] (WorkloadEntry client/httpbin-west-imports`);
    expect(await said(workload)).toContain(`address is unset with network "${network.west}"`);
    // The control.
    expect(await said({ ...workload, spec: { network: network.west, address: "192.0.2.1" } })).not.toContain("IST0133");
  },
);
