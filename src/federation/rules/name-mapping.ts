// The half of a rule that is about names: which names it takes, and what it makes of them. Exports and imports share it.

export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** A name after the rule's alias, with the host that it gets. */
export interface MappedName extends ServiceName {
  readonly hostname: string;
}

export interface NameSelectorFields extends ServiceName {
  readonly alias: ServiceName | null;
}

/** "" and "*" stand for everything (Maistra 2.5, pkg/servicemesh/federation/common/namemapping.go). */
export function isWildcard(half: string): boolean {
  return half === "" || half === "*";
}

export function mappedName(name: string, namespace: string, suffix: string): MappedName {
  return { name, namespace, hostname: `${name}.${namespace}.${suffix}` };
}

/** Whether a name selector takes a service; each half may be a wildcard. */
export function selectsName(selector: ServiceName, service: ServiceName): boolean {
  return (
    (isWildcard(selector.namespace) || selector.namespace === service.namespace) &&
    (isWildcard(selector.name) || selector.name === service.name)
  );
}

/**
 * The name that a name selector gives a service, or null where it does not take it. A wildcard half of the alias keeps the
 * service's own half (Maistra 2.5, pkg/servicemesh/federation/common/namemapping.go).
 */
export function mapName(selector: NameSelectorFields, service: ServiceName, suffix: string): MappedName | null {
  if (!selectsName(selector, service)) return null;
  const { alias } = selector;
  const name = alias === null || isWildcard(alias.name) ? service.name : alias.name;
  const namespace = alias === null || isWildcard(alias.namespace) ? service.namespace : alias.namespace;
  return mappedName(name, namespace, suffix);
}
