// Nodes share the unpacked images of the lab, and still no pod sees what another pod writes.
import { expect, test } from "vitest";
import { sharedCluster } from "./shared-cluster.ts";

const file = "/etc/debian_version";
const from = ["exec", "-n", "client", "deploy/plain", "-c", "plain", "--"];

test("what a pod writes into a file of its image stays in the pod", async () => {
  const [east, west] = [await sharedCluster("east"), await sharedCluster("west")];
  const before = (await west.kubectl(...from, "cat", file)).stdout;
  expect(before).not.toBe("");
  expect(await east.kubectl(...from, "sh", "-c", `echo changed >${file}`)).toMatchObject({ status: 0 });
  expect((await east.kubectl(...from, "cat", file)).stdout).toBe("changed\n");
  expect((await west.kubectl(...from, "cat", file)).stdout).toBe(before);
  // The next pod in the same cluster starts from the image as well.
  const image = ["--image=lab.local/app:1", "--restart=Never", "--attach", "--rm", "--quiet"];
  const next = await east.kubectl("run", "next", "-n", "default", ...image, "--command", "--", "cat", file);
  expect(next.stdout).toBe(before);
});
