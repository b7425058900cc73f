import type { PlanOperation } from '../model/plan.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { decodeRecording, type Step } from './chains.ts'
import { planning, withStages } from './planned-recording.ts'

/** What the recorded exports use of an ERP: fields by direction, and listed values, each with the invoices that use it. */
export type Uses = Readonly<{
  /** Invoices that use a field, `undefined` when none does. Fields of look-ups serve every invoice. */
  field: (direction: 'send' | 'read', resource: string, field: string) => ReadonlySet<string> | undefined
  /** Every field that anything uses. */
  places: readonly Readonly<{ direction: 'send' | 'read'; resource: string; field: string }>[]
  /** Invoices that send a record of a resource without a field, be it one record of many. */
  lacking: (resource: string, field: string) => ReadonlySet<string>
  /** Invoices for which an operation is called and nothing is sent with it. */
  withoutBody: (resource: string) => ReadonlySet<string>
  /** Invoices that name a listed value. */
  value: (resource: string, code: string) => ReadonlySet<string>
  /** Every literal that the connector searches by. */
  literals: readonly Readonly<{ resource: string; field: string; value: string; invoices: readonly string[] }>[]
  /** Whether an invoice reads a field, or with no field anything of a resource, while its document stands after a stage. */
  readsAfter: (invoice: string, after: string, resource: string, field?: string) => boolean
  /** Whether anything uses a resource, or a field of it, in any direction. */
  touches: (resource: string, field?: string) => boolean
}>

/** Reads from a recording which fields and values it uses, and for which invoices, once the plan is applied. */
export function usesOf(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
  plan: readonly PlanOperation[] = [],
  /** Schema of the release that the plan is for. */
  target: ErpSchema = schema,
): Uses {
  const { shared, chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const everyone = chains.map((chain) => chain.key)
  const users = new Users(everyone)
  const values = new Map<string, Set<string>>()
  const resources = new Set<string>()
  const literals = new Map<string, { resource: string; field: string; value: string; invoices: readonly string[] }>()
  const planOf = planning(adapter, schema, target, plan, (resource, id) => names.nameOf(resource, id))
  const collect = (steps: readonly Step[], invoice: string | undefined): void => {
    const invoices = invoice === undefined ? everyone : [invoice]
    const fields = new Set<string>()
    const records = new Map<string, SentRecord>()
    for (const { step, after } of withStages(steps)) {
      if (step.operation.kind === 'session') continue
      const { operation, listed } = planOf(step, after)
      resources.add(operation.resource)
      for (const use of operation.reads) {
        fields.add(keyOf('read', use.resource, use.field))
        if (use.field === '' && operation.sends.length === 0) fields.add(keyOf('call', use.resource))
        if (after === '') continue
        fields.add(keyOf(`read@${after}`, use.resource, use.field))
        fields.add(keyOf(`read@${after}`, use.resource))
      }
      const sent = new Map<string, SentRecord>()
      for (const { resource, field, pointer } of operation.sends) {
        const at = `${resource} ${pointer.slice(0, pointer.lastIndexOf('/'))}`
        const record = sent.get(at) ?? { resource, fields: new Set() }
        sent.set(at, record)
        record.fields.add(field)
      }
      for (const record of sent.values())
        records.set(`${record.resource} ${[...record.fields].sort().join(' ')}`, record)
      // A literal in a search is sent to the ERP and means what the ERP takes it to mean.
      for (const use of [...operation.sends, ...operation.filters]) fields.add(keyOf('send', use.resource, use.field))
      for (const { resource, field, value } of operation.filters) {
        if (typeof value === 'string')
          literals.set(`${resource} ${field} ${value}`, { resource, field, value, invoices })
      }
      if (invoice === undefined) continue
      const note = (key: string) => values.set(key, (values.get(key) ?? new Set()).add(invoice))
      for (const { resource, code } of listed) note(`${resource} ${code}`)
    }
    users.add(fields, records, invoices)
  }
  collect(shared, undefined)
  for (const { key, steps } of chains) collect(steps, key)
  return {
    field: (direction, resource, field) => users.ofField(keyOf(direction, resource, field)),
    places: users.places(),
    lacking: (resource, field) => users.without(resource, field),
    withoutBody: (resource) => users.ofField(keyOf('call', resource)) ?? new Set(),
    value: (resource, code) => values.get(`${resource} ${code}`) ?? new Set(),
    literals: [...literals.values()],
    readsAfter: (invoice, after, resource, field = '') =>
      users.ofField(keyOf(`read@${after}`, resource, field))?.has(invoice) === true,
    touches: (resource, field) =>
      field === undefined
        ? resources.has(resource) || users.resources.has(resource)
        : users.ofField(keyOf('read', resource, field)) !== undefined ||
          users.ofField(keyOf('send', resource, field)) !== undefined,
  }
}

/** One use of a field, or of a resource as a whole. Names of both may hold spaces. */
function keyOf(use: string, resource: string, field = ''): string {
  return [use, resource, field].join('\t')
}

type SentRecord = Readonly<{ resource: string; fields: Set<string> }>

/** Invoices that use the same fields. Most invoices are alike, so that there are few such groups. */
type Group = Set<string>

/** Which invoices use which fields, and send which records. */
class Users {
  readonly resources = new Set<string>()
  readonly #everyone: readonly string[]
  readonly #groups = new Map<string, Group>()
  readonly #fields = new Map<string, Group[]>()
  readonly #records = new Map<string, SentRecord & { groups: Group[] }>()

  constructor(everyone: readonly string[]) {
    this.#everyone = everyone
  }

  add(fields: ReadonlySet<string>, records: ReadonlyMap<string, SentRecord>, invoices: readonly string[]): void {
    const key = JSON.stringify([[...fields].sort(), [...records.keys()].sort()])
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = new Set()
      this.#groups.set(key, group)
      for (const field of fields) {
        this.resources.add(field.split('\t')[1] ?? '')
        this.#fields.set(field, [...(this.#fields.get(field) ?? []), group])
      }
      for (const [name, record] of records) {
        const known = this.#records.get(name) ?? { ...record, groups: [] }
        this.#records.set(name, { ...known, groups: [...known.groups, group] })
      }
    }
    for (const invoice of invoices) group.add(invoice)
  }

  /** Invoices that use a field, `undefined` when nothing does. */
  ofField(field: string): ReadonlySet<string> | undefined {
    const groups = this.#fields.get(field)
    return groups === undefined ? undefined : this.#inOrder(groups)
  }

  /** Every field that anything uses. */
  places(): Uses['places'] {
    return [...this.#fields.keys()].flatMap((key) => {
      const [use = '', resource = '', field = ''] = key.split('\t')
      return use === 'call' ? [] : [{ direction: use === 'send' ? 'send' : 'read', resource, field }]
    })
  }

  /** Invoices that send a record of a resource without a field. */
  without(resource: string, field: string): ReadonlySet<string> {
    const records = [...this.#records.values()].filter((record) => record.resource === resource)
    return this.#inOrder(records.flatMap(({ fields, groups }) => (fields.has(field) ? [] : groups)))
  }

  /** The invoices of some groups, in recorded order. */
  #inOrder(groups: readonly Group[]): ReadonlySet<string> {
    return new Set(this.#everyone.filter((invoice) => groups.some((group) => group.has(invoice))))
  }
}
