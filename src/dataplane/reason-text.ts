// Why a request does not arrive, in words: the one text of each reason. A part in brackets is left out where a value in it is not known.
import { fewNames } from "../core/few-names.ts";
import type { Json } from "../core/json.ts";
import { refText } from "../core/object-ref.ts";
import type { Reason, ReasonCode } from "./reached.ts";

export const reasonTexts = {
  "no-service": "no service[ {host}][ with port {port}] is known to the client[: {at}]",
  "no-endpoint": "there is no endpoint[ of {host}] that can be used[: {at}]",
  "proxy-without-network":
    "the client's proxy has no network of its own, so it drops endpoints that have a network and no address[: {at}]",
  "no-gateway-address": "no gateway with an address is known for the endpoint's network[: {at}]",
  "no-gateway": "nothing that is known answers at the address[ {address}][, port {port}][: {at}]",
  "not-exposed": "the gateway passes no connection on under the name[ {name}][: {at}]",
  "exposed-twice": "the gateway holds two services of the name[ {name}], and takes one or the other[: {at}]",
  "no-mtls": "the endpoint[ of {host}] takes no mutual TLS[ at port {port}][: {at}]",
  "client-refuses-root": "the client does not trust the server's root[, that of {server}][: {at}]",
  "server-refuses-root": "the server does not trust the client's root[, that of {client}][: {at}]",
  "name-refused": "the server[ is {identity}, and] has none of the names that the client accepts[: {accepted}][; {at}]",
  "policy-denies": "a policy denies[ {caller}] the request[: {at}]",
  "federation-broken": "federation's way is not whole[: {what}][; {at}]",
  "federation-stuck": "istiod takes in no change of federation any more, so some requests fail[: {at}]",
  "no-configuration": "istiod[ of {mesh}] has no configuration for a proxy that starts now[: {at}]",
} as const satisfies Readonly<Record<ReasonCode, string>>;

/** The reason as a clause, with its values and the object that a person looks at first. */
export function reasonText({ code, at, params }: Reason): string {
  const values: Readonly<Record<string, Json>> = at === null ? params : { ...params, at: refText(at) };
  const known = (name: string): string | null => (Object.hasOwn(values, name) ? valueText(values[name] ?? null) : null);
  return reasonTexts[code].replaceAll(/\[([^\]]*)\]/gu, (_, part: string) => {
    let whole = true;
    const text = part.replaceAll(/\{([A-Za-z]+)\}/gu, (_placeholder, name: string) => {
      const value = known(name);
      whole &&= value !== null;
      return value ?? "";
    });
    return whole ? text : "";
  });
}

function valueText(value: Json): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return fewNames(value.map(valueText));
  return JSON.stringify(value);
}
