// What is compiled: which commands, from which module, with which flags. Versions stand in the go.mod beside each.
export interface GoGroup {
  /** The folder below lab/go. */
  readonly module: string;
  readonly version: string;
  /** Package path by the name of the binary. */
  readonly commands: Readonly<Record<string, string>>;
  readonly ldflags: string;
  readonly env: Readonly<Record<string, string>>;
}

const kubernetesVersion = "1.34.4";
const kubernetesCommands = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
] as const;

/** A build by the module's path knows no version: clients would read "v0.0.0-master". */
function kubernetesVersionFlags(): string {
  const [major = "", minor = ""] = kubernetesVersion.split(".");
  return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
    .flatMap((place) => [
      `-X ${place}.gitVersion=v${kubernetesVersion}`,
      `-X ${place}.gitMajor=${major}`,
      `-X ${place}.gitMinor=${minor}`,
    ])
    .join(" ");
}

const strip = "-s -w";

const nodeInit: GoGroup = {
  module: "node-init",
  version: "1",
  commands: { "node-init": "." },
  ldflags: strip,
  // It is the whole content of the pause image: no C library there.
  env: { CGO_ENABLED: "0" },
};

const kubernetes: GoGroup = {
  module: "kubernetes",
  version: kubernetesVersion,
  commands: Object.fromEntries(kubernetesCommands.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`])),
  ldflags: `${strip} ${kubernetesVersionFlags()}`,
  env: {},
};

const coredns: GoGroup = {
  module: "coredns",
  version: "1.14.7",
  commands: { coredns: "." },
  ldflags: strip,
  env: {},
};

/** A build by the module's path knows no version, and proxies would tell istiod "unknown", which it takes for the newest. */
function istioVersionFlags(version: string): string {
  return `-X istio.io/istio/pkg/version.buildVersion=${version} -X istio.io/istio/pkg/version.buildTag=${version}`;
}

function istio(module: string, version: string): GoGroup {
  return {
    module,
    version,
    commands: {
      "pilot-discovery": "istio.io/istio/pilot/cmd/pilot-discovery",
      "pilot-agent": "istio.io/istio/pilot/cmd/pilot-agent",
      istioctl: "istio.io/istio/istioctl/cmd/istioctl",
    },
    ldflags: `${strip} ${istioVersionFlags(version)}`,
    env: {},
  };
}

/** Both ends of a migration: the release on which OSSM 2.6 rests (docs/facts.md), and one of OSSM 3's. */
export type IstioVersion = "1.20.2" | "1.28.3";

export const istioGroups: Readonly<Record<IstioVersion, GoGroup>> = {
  "1.20.2": istio("istio-1.20", "1.20.2"),
  "1.28.3": istio("istio", "1.28.3"),
};

/** The quick ones first. */
export const goGroups: readonly GoGroup[] = [nodeInit, coredns, kubernetes];
