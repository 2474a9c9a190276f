import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { kubeconfigText, readKubeconfig } from "./kubeconfig.ts";

const connection = { server: "https://10.100.16.2:6443", authority: "ca\n", certificate: "cert\n", key: "key\n" };

function written(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lab-kubeconfig-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "kubeconfig"), text);
  return join(folder, "kubeconfig");
}

test("what is written is read", async () => {
  expect(await readKubeconfig(written(kubeconfigText("east", connection)))).toEqual(connection);
});

test("a kubeconfig of another kind is refused by the field that it lacks", async () => {
  const tokens = kubeconfigText("east", connection).replace("client-certificate-data", "token");
  await expect(readKubeconfig(written(tokens))).rejects.toThrow("has no users[0].user.client-certificate-data");
});
