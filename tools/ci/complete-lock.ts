// Adds to package-lock.json the optional packages of other platforms that npm left out. npm drops an optional package that the
// registry in use does not serve, and then `npm ci` refuses the lock file, there and everywhere else.
// Run after `npm install`: npx tsx tools/ci/complete-lock.ts
import { readFileSync, writeFileSync } from "node:fs";

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "x64"];

/** The entries that a lock file lacks: optional packages that some package in it names by an exact version. */
export function missingEntries(packages: LockedPackages): LockedPackages {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      if (places.some((place) => Object.hasOwn(packages, place)) || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(dev === true ? { dev } : {}),
        optional: true,
      };
    }
  }
  return missing;
}

/** What a name such as "@scope/binding-linux-arm64-musl" says: npm never fetches a package for another platform. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split(/[/-]/);
  const os = systems.filter((each) => words.includes(each));
  const cpu = processors.filter((each) => words.includes(each));
  const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 && os.includes("linux") ? { libc } : {}),
    ...(os.length > 0 ? { os } : {}),
  };
}

/** The lock file's text with the missing entries, in npm's order. */
export function completedLock(text: string): string {
  const lock = JSON.parse(text) as { readonly packages: LockedPackages };
  const packages = Object.entries({ ...lock.packages, ...missingEntries(lock.packages) });
  packages.sort(([left], [right]) => left.localeCompare(right, "en"));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

if (import.meta.filename === process.argv[1]) {
  const path = new URL("../../package-lock.json", import.meta.url);
  writeFileSync(path, completedLock(readFileSync(path, "utf8")));
}
