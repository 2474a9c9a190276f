/**
 * meshferry as a library: the stations of the command line, without the command line.
 *
 * @example
 * ```ts
 * import { clusterId, defaultConfig, examine, inspectView, makePlan, planFolder, readFiles } from "meshferry";
 *
 * const inputs = [await readFiles(clusterId("east"), ["east"]), await readFiles(clusterId("west"), ["west"])];
 * const examination = examine(inputs, defaultConfig);
 * console.log(inspectView(examination).imports.map(({ host, carry }) => `${host}: ${carry?.mode}`));
 * const plan = makePlan(examination, defaultConfig);
 * for (const [path, text] of planFolder(plan, examination.inventory)) console.log(path, text.length);
 * ```
 *
 * @packageDocumentation
 */
export { type Config, type ConfigMesh, type ConfigRunner, defaultConfig, type MeshSource } from "./config/config.ts";
export { readConfig } from "./config/read-config.ts";
export { readScaffold, type ReadScaffold } from "./config/read-scaffold.ts";
export type { Condition } from "./conditions/condition.ts";
export type { ClusterInput, Coverage } from "./core/cluster.ts";
export type { Finding, FindingCode, Known, Produced, Severity } from "./core/finding.ts";
export type { Hash } from "./core/hash.ts";
export {
  type ClusterId,
  clusterId,
  type Host,
  type LinkId,
  type MeshId,
  type RouteId,
  type SlotId,
  type StepId,
} from "./core/ids.ts";
export type { Json, JsonObject } from "./core/json.ts";
export type { KubeObject, ObjectRef, Origin } from "./core/object-ref.ts";
export type { ProbeGroup } from "./dataplane/pair.ts";
export type {
  ExportedService,
  Federation,
  ImportedService,
  Link,
  LinkFact,
  PeerEnd,
  Port,
  Runner,
  UnimportedService,
} from "./federation/federation.ts";
export type { Answer, MissingKinds } from "./findings/checks/check.ts";
export type { CheckName } from "./findings/checks/registry.ts";
export { catalogue, findCode } from "./findings/codes/catalogue.ts";
export type { CodeText } from "./findings/codes/define-code.ts";
export type { Inventory, Mesh, RootBundle } from "./inventory/mesh.ts";
export { readFiles, type ReadFilesOptions } from "./kube/sources/files/read-files.ts";
export { type Examination, examine, makePlan } from "./pipeline.ts";
export type { Action, BasisEntry, PatchOp, Phase, PhaseId, Plan, Step, Undo, Wave } from "./plan/plan.ts";
export { planFolder } from "./present/folder/plan-folder.ts";
export { type CheckedView, checkView, type CheckView } from "./present/model/check-view.ts";
export type { FieldChange, Shown } from "./present/model/field-change.ts";
export { type FindingView, findingViews, type SeverityCounts } from "./present/model/finding-view.ts";
export {
  type ClusterView,
  type ExportView,
  type ImportView,
  inspectView,
  type InspectView,
  type LinkView,
  type MeshView,
  type PortView,
} from "./present/model/inspect-view.ts";
export type { FirewallRequest, FirewallSource, TodaysWay } from "./present/model/firewall-view.ts";
export { type CostView, type PhaseView, planView, type PlanView, type RoutesView } from "./present/model/plan-view.ts";
export type { StepKind, StepView } from "./present/model/step-view.ts";
export type { Carry, Route } from "./routes/route.ts";
export { makeScaffoldPlan } from "./scaffold/make-scaffold-plan.ts";
export type { Scaffold, ScaffoldMesh } from "./scaffold/scaffold.ts";
export type { Slot, Template } from "./target/desired-object.ts";
