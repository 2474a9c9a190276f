// The names of an app's Deployments.

/** One for each service account; the first is also that of the app's Service. */
export function objectNames(serviceAccounts: readonly string[], name: string): string[] {
  return serviceAccounts.map((_, at) => (at === 0 ? name : `${name}-v${at + 1}`));
}
