// The short-lived pod: the client's identity and injection, and none of the labels by which Services would find it.
import { expect, test } from "vitest";
import { object, ref } from "../../../test/support/judged.ts";
import { probePod } from "./probe-pod.ts";

const like = object(ref("Pod shop/till-1"), {
  metadata: {
    labels: {
      app: "till",
      "sidecar.istio.io/inject": "true",
      "istio.io/rev": "v3",
      "security.istio.io/tlsMode": "istio",
    },
    annotations: {
      "sidecar.istio.io/inject": "true",
      "sidecar.istio.io/status": "{}",
      "istio.io/rev": "default",
      "proxy.istio.io/config": "{}",
      "inject.istio.io/templates": "gateway",
      other: "x",
    },
  },
  spec: {
    serviceAccountName: "till",
    containers: [
      { name: "app", image: "shop" },
      { name: "istio-proxy", image: "proxy" },
    ],
  },
});

test("as the client's in identity and injection, and in nothing else", () => {
  const pod = probePod(like, null, "meshferry-probe-1", false);
  expect(pod["metadata"]).toEqual({
    name: "meshferry-probe-1",
    namespace: "shop",
    labels: {
      "sidecar.istio.io/inject": "true",
      "istio.io/rev": "v3",
      "app.kubernetes.io/managed-by": "meshferry",
      "meshferry.dev/probe": "true",
    },
    annotations: { "sidecar.istio.io/inject": "true", "proxy.istio.io/config": "{}" },
  });
  expect(pod["spec"]).toEqual({
    serviceAccountName: "till",
    restartPolicy: "Never",
    activeDeadlineSeconds: 600,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "probe",
        image: "proxy",
        imagePullPolicy: "IfNotPresent",
        command: ["sleep", "600"],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
          runAsUser: 65534,
          runAsGroup: 65534,
        },
      },
    ],
  });
});

test("an image that was named; on OpenShift the namespace's own user id", () => {
  const text = JSON.stringify(probePod(like, "registry.example/tools", "p", true));
  expect(text).toContain('"image":"registry.example/tools"');
  expect(text).not.toContain("runAsUser");
});
