// "The first rule that matches decides", without asking every rule for every service: sets with one rule per service are common,
// and thousands of rules times ten thousand services are not to be tried one by one.
import { isWildcard, type MappedName, type ServiceName, selectsName } from "./name-mapping.ts";

export interface CompiledRule<S extends ServiceName> {
  /** Place in the set's list, counted from 0 and over void rules too. */
  readonly index: number;
  /** What the rule asks for; `map` is only tried where both halves fit. */
  readonly selects: ServiceName;
  readonly map: (service: S) => MappedName | null;
}

export interface RuleMatch {
  readonly rule: number;
  readonly name: MappedName;
}

type Buckets<S extends ServiceName> = ReadonlyMap<string, readonly CompiledRule<S>[]>;

function bucketsOf<S extends ServiceName>(
  rules: readonly CompiledRule<S>[],
  key: (rule: CompiledRule<S>) => string,
): Buckets<S> {
  const buckets = new Map<string, CompiledRule<S>[]>();
  for (const rule of rules) {
    const bucket = buckets.get(key(rule));
    if (bucket) bucket.push(rule);
    else buckets.set(key(rule), [rule]);
  }
  return buckets;
}

/** The first match of a list whose rules stand in order, up to (not including) the rule `before`. */
function firstIn<S extends ServiceName>(
  rules: readonly CompiledRule<S>[] | undefined,
  service: S,
  before: RuleMatch | null,
): RuleMatch | null {
  for (const rule of rules ?? []) {
    if (before !== null && rule.index > before.rule) return before;
    const name = selectsName(rule.selects, service) ? rule.map(service) : null;
    if (name !== null) return { rule: rule.index, name };
  }
  return before;
}

/** A function that finds the deciding rule of a service, or null. `rules` stand in the order of the set. */
export function firstMatch<S extends ServiceName>(rules: readonly CompiledRule<S>[]): (service: S) => RuleMatch | null {
  const named = rules.filter(({ selects }) => !isWildcard(selects.name));
  const unnamed = rules.filter(({ selects }) => isWildcard(selects.name));
  const byName = bucketsOf(named, ({ selects }) => selects.name);
  const byNamespace = bucketsOf(
    unnamed.filter(({ selects }) => !isWildcard(selects.namespace)),
    ({ selects }) => selects.namespace,
  );
  const general = unnamed.filter(({ selects }) => isWildcard(selects.namespace));
  return (service) => {
    const atName = firstIn(byName.get(service.name), service, null);
    const atNamespace = firstIn(byNamespace.get(service.namespace), service, atName);
    return firstIn(general, service, atNamespace);
  };
}
