// Codes of how the new gateways are reached, and of what their Services and pods cannot have: MF317 to MF335.
import { defineCode } from "./define-code.ts";

export const noBalancerAddress = defineCode({
  code: "MF317",
  name: "no-load-balancer-address",
  severity: "warn",
  message:
    "The federation ingress Service {service} is of type LoadBalancer and shows no address; the new gateway of {mesh} may get none either.",
  why: "Importers dial the new gateway at the address of its own load balancer. Where the cluster gives none, the export phase waits for it until its time is over.",
  todo: "Check what `oc get service` shows for it. Where there are no load balancers, set type NodePort in meshferry.yaml (eastWest.service), or name the address by which the gateway will be reached (eastWest.addresses).",
});

export const gatewayBehindFront = defineCode({
  code: "MF318",
  name: "gateway-behind-front",
  severity: "block",
  message:
    "{importer} reaches {mesh} at {addresses}, which is not an address of the federation ingress Service (type {type}): something stands in front of it.",
  why: "A Route, a proxy or a balancer of your own passes connections on to the old gateway. It does not know the new one, so nothing would be known to lead there.",
  todo: "Let the front also pass TCP on to the Service of the new gateway (eastwestgateway-istio, port 15443 or its node port), TLS untouched, and name the resulting address and port in meshferry.yaml (eastWest.addresses, and eastWest.service for its type). Then plan again.",
});

export const addressInFront = defineCode({
  code: "MF319",
  name: "address-in-front",
  severity: "warn",
  message:
    "{importer} reaches {mesh} at {addresses}, while its federation ingress Service shows {actual}: NAT or a DNS name may stand between.",
  why: "The new gateway's own load-balancer address is what importers are told. If they cannot reach such addresses directly, no connection gets through; the plan stops before the first client is moved.",
  todo: "Nothing, if the new balancer's address can be reached from there. Otherwise name the address to be used in meshferry.yaml (eastWest.addresses).",
});

export const balancerNotTransparent = defineCode({
  code: "MF320",
  name: "load-balancer-not-transparent",
  severity: "block",
  message: "The load balancer of the federation ingress Service {service} changes what passes through it: {settings}.",
  why: "The new gateway passes TLS on by its server name and ends none. A balancer that ends TLS, speaks HTTP, or puts a PROXY header first leaves it nothing that it can route.",
  todo: "These settings are not carried over. Check whether federation works through them at all; if they are meant for other ports, list those (ssl-ports); otherwise remove them from the Service, then plan again.",
});

export const balancerAddressOwn = defineCode({
  code: "MF321",
  name: "address-not-shared",
  severity: "warn",
  message: "The federation ingress Service {service} has {settings}; the new gateway gets an address of its own.",
  why: "Both Services stand side by side until federation is gone, and two Services cannot have one address or one balancer. Firewalls that name the old address do not admit the new one.",
  todo: "Nothing, if any address will do. Otherwise state another one for the new gateway in meshferry.yaml (eastWest.service: loadBalancerIP, externalIPs or annotations).",
});

export const hostNamesNotResolved = defineCode({
  code: "MF322",
  name: "gateway-names-not-resolved",
  severity: "block",
  message:
    "{importer} is to reach {mesh} by a host name ({addresses}), and its istiod does not resolve host names of gateways: {reason}.",
  why: "istiod itself resolves the names of remote gateways and gives proxies IPs only; a name that it does not resolve leaves the hosts without endpoints.",
  todo: "Remove RESOLVE_HOSTNAME_GATEWAYS from spec.runtime.components.pilot.container.env, or name IPs or a full host name in meshferry.yaml (eastWest.addresses).",
});

export const gatewayByHostName = defineCode({
  code: "MF323",
  name: "gateway-by-host-name",
  severity: "info",
  message:
    "The balancers of {mesh} are known by host name ({addresses}), so the istiods of {importers} resolve the new gateway's.",
  why: "Federation is dialled by IP, so no istiod had to resolve a name until now. istiod asks the name servers of its own pod, without search domains, and again when the answer's time to live is over, at the earliest after 30 seconds and at the latest after an hour; proxies get each IP as an endpoint. While the name servers are unreachable it keeps the IPs that it had.",
  todo: "See that the name resolves in the istiod pods of the importing clusters, to addresses that their clients reach.",
});

export const nodePortGateway = defineCode({
  code: "MF324",
  name: "node-port-gateway",
  severity: "info",
  message: "{importer} will reach the new gateway of {mesh} at a node port, on {nodes}.",
  why: "As federation's ingress is reached today. The cluster chooses the port when the Service is made. Each node gets an equal share of the connections whether it answers or not, since istiod does not watch another cluster's nodes.",
  todo: "Open the new port on the way there. When a node goes, plan again; a balancer in front (eastWest.addresses) spares that.",
});

export const nodePortLocal = defineCode({
  code: "MF329",
  name: "node-port-local",
  severity: "warn",
  message: "{importer} will reach the new gateway of {mesh} at node ports on {nodes}, and its traffic policy is Local.",
  why: "With externalTrafficPolicy Local a node passes on only to gateway pods of its own. A node without one drops its share of the connections.",
  todo: "See that a gateway pod runs on each of these nodes, or set externalTrafficPolicy to Cluster in meshferry.yaml (eastWest.service); clients' addresses are then not seen at the gateway.",
});

export const gatewayCapacity = defineCode({
  code: "MF325",
  name: "gateway-capacity",
  severity: "info",
  message:
    "The federation ingress gateways of {mesh} may have {old} pods together; the one new gateway may have {new}.",
  why: "One gateway takes over what several carried.",
  todo: "Raise maxReplicas of its HorizontalPodAutoscaler once it is there (the plan does not lower it), or let each importer have a gateway of its own (eastWest.per: peer).",
});

export const moreBalancers = defineCode({
  code: "MF326",
  name: "more-load-balancers",
  severity: "info",
  message: "{cluster}: {count} new gateways get a load balancer each, beside the federation ingress's.",
  why: "Old and new stand side by side until federation is gone. Clouds limit how many balancers and addresses an account may have.",
  todo: "Check the quota before the export phase; a balancer that cannot be made shows as a Service without address.",
});

export const placementLeft = defineCode({
  code: "MF327",
  name: "placement-not-carried",
  severity: "info",
  message: "{mesh} asks for {settings} of its federation ingress pods; the new gateway's pods do not get them.",
  why: "istiod gives every gateway of its own the resources that the mesh gives to proxies, and of settings that differ between federation gateways one gateway can have but one.",
  todo: "Set spec.proxy.runtime.container.resources where the mesh's default is too small for a gateway, or let each importer have a gateway of its own (eastWest.per: peer).",
});

export const gatewaySettingUnmatched = defineCode({
  code: "MF328",
  name: "gateway-setting-unmatched",
  severity: "block",
  message: "meshferry.yaml: eastWest.{field} for {scope} matches no gateway of the plan.",
  why: "What it asks for, a restriction perhaps, would not be there.",
  todo: "Name the exporting mesh as cluster/namespace/name of its ServiceMeshControlPlane, and an importer that takes hosts from it; eastWest.service with an importer needs eastWest.per: peer.",
});
