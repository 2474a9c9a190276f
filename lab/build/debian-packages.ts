// Installs the Debian packages that the lab calls, and starts none of their services.
import { chmod, rm, stat, writeFile } from "node:fs/promises";
import process from "node:process";
import { runCommand, tryCommand } from "../machine/run-command.ts";
import { type Say, timed } from "../machine/progress.ts";

export const debianPackages: readonly string[] = [
  "etcd-server",
  "containerd",
  "runc",
  "containernetworking-plugins",
  "umoci",
  "skopeo",
  "debootstrap",
  "nftables",
  "iptables",
  "conntrack",
  "iproute2",
  "openssl",
];

/** Of the wanted packages, those that dpkg does not call installed. */
export function missingPackages(wanted: readonly string[], dpkgQuery: string): string[] {
  const installed = new Set(
    dpkgQuery
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

export async function installDebianPackages(say: Say): Promise<void> {
  // dpkg-query fails when it knows one of the names not at all, and still lists the others.
  const { stdout } = await tryCommand("dpkg-query", [
    "--show",
    "--showformat=${Package} ${db:Status-Status}\n",
    ...debianPackages,
  ]);
  const missing = missingPackages(debianPackages, stdout);
  if (missing.length === 0) {
    say("lab: Debian packages: installed");
    return;
  }
  await timed(say, `Debian packages ${missing.join(", ")}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const todo = "check that apt reaches Debian's packages (`apt-get update`) and that no other apt-get runs";
    await withoutServices(async () => {
      await runCommand("apt-get", ["update", "-qq"], { env, todo });
      await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env, todo });
    });
  });
}

/** etcd's and containerd's packages start their services; Debian's own way to forbid it is this file. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  const own = await stat(policy).then(
    () => false,
    () => true,
  );
  if (own) {
    await writeFile(policy, "#!/bin/sh\nexit 101\n");
    await chmod(policy, 0o755);
  }
  try {
    await work();
  } finally {
    if (own) await rm(policy, { force: true });
  }
}
