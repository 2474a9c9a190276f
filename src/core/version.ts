// The product's own name and version, as plans and reports carry it. A test holds it equal to package.json.
export const version = "0.1.0";
export const madeBy = `meshferry ${version}`;
