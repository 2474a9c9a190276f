// Every setting of a new gateway in meshferry.yaml is for one that the plan makes.
import { gatewaySettingUnmatched } from "../../codes/gateways.ts";
import type { Check } from "../check.ts";

const run: Check["run"] = ({ eastWest, target: { gateways } }) => {
  const scopes = (["service", "addresses"] as const).flatMap((field) =>
    eastWest[field].map(({ mesh, importer }) => ({ field, mesh, importer })),
  );
  return scopes
    .filter(
      ({ field, mesh, importer }) =>
        !gateways.some(
          ({ places, reaches }) =>
            places.mesh.id === mesh &&
            (importer === null ||
              (field === "service"
                ? places.importer === importer
                : reaches.some((reach) => reach.importer.id === importer))),
        ),
    )
    .map(({ field, mesh, importer }) =>
      gatewaySettingUnmatched.at([], { field, scope: importer === null ? mesh : `${mesh} and importer ${importer}` }),
    );
};

export const gatewaySettings: Check = {
  fact: "Every setting of a new gateway is for one that the plan makes",
  codes: [gatewaySettingUnmatched],
  reads: [],
  run,
};
