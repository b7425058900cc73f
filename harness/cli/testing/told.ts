/** What of an assessment is told here. */
type Told = Readonly<{
  findings: readonly Readonly<{
    check: string
    messageId: string
    resource: string
    pointer: string
    args: Readonly<Record<string, string>>
    invoices: readonly string[]
  }>[]
}>

/**
 * What an assessment says of which invoices, but for some: by what is said and not by fingerprint, which covers every invoice
 * that a finding is about.
 */
export function toldOfOthers({ findings }: Told, some: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, readonly string[]>()
  for (const { check, messageId, resource, pointer, args, invoices } of findings) {
    const what = [`${check} ${resource}${pointer}`, messageId, ...Object.values(args)].join(' ')
    told.set(what, [...(told.get(what) ?? []), ...invoices.filter((key) => !some.includes(key))].sort())
  }
  return told
}
