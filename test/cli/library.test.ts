// The package as a library: what the example in src/index.ts says.
import { expect, test } from "vitest";
import {
  clusterId,
  defaultConfig,
  examine,
  findCode,
  inspectView,
  makePlan,
  planFolder,
  planView,
  readFiles,
} from "../../src/index.ts";
import { exampleFolder } from "./run-meshferry.ts";

test("reads, examines, plans and draws without the command line", async () => {
  const cwd = exampleFolder();
  const inputs = [
    await readFiles(clusterId("east"), ["east"], { cwd }),
    await readFiles(clusterId("west"), ["west"], { cwd }),
  ];
  const examination = examine(inputs, defaultConfig);
  expect(inspectView(examination).imports.map(({ host, carry }) => `${host}: ${carry?.mode}`)).toEqual([
    "httpbin.a.svc.west-mesh-imports.local: passthrough",
    "httpbin.b.svc.cluster.local: passthrough",
  ]);
  const plan = makePlan(examination, defaultConfig);
  expect(planView(plan, examination.inventory).routes.carried).toBe(2);
  expect([...planFolder(plan, examination.inventory).keys()]).toContain("README.md");
  expect(findCode("MF051")?.name).toBe("no-control-plane");
});
