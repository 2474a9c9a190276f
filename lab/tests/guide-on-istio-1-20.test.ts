// The published guide's migration on real meshes of Istio 1.20.2: what works, and what each mistake costs.
import { isFull } from "./extent.ts";
import { entryTests } from "./guide/entry-tests.ts";
import { bystanderTests } from "./guide/bystander-tests.ts";
import { endpointTests } from "./guide/endpoint-tests.ts";
import { exporterTests } from "./guide/exporter-tests.ts";
import { exposureTests } from "./guide/exposure-tests.ts";
import { gatewayObjectTests } from "./guide/gateway-object-tests.ts";
import { guideLab } from "./guide/guide-lab.ts";
import { joinTests } from "./guide/join-tests.ts";
import { loadTests } from "./guide/load-tests.ts";
import { newHostTests } from "./guide/new-host-tests.ts";
import { proxyTests } from "./guide/proxy-tests.ts";
import { visibilityTests } from "./guide/visibility-tests.ts";

const version = "1.20.2";
const meshes = guideLab(version);

loadTests(version, meshes);
if (isFull) {
  exposureTests(version, meshes);
  entryTests(version, meshes);
  exporterTests(version, meshes);
  visibilityTests(meshes);
  bystanderTests(meshes);
  joinTests(version, meshes);
  newHostTests(meshes);
  gatewayObjectTests(meshes);
  endpointTests(version, meshes);
  proxyTests(version, meshes);
}
