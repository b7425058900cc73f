import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { Coverage } from '../model/assessment.ts'
import type { Integration } from '../model/integration.ts'
import { type FieldMapping, sourceOf } from '../model/mapping.ts'
import type { ListedValue, ValueLists } from '../model/snapshot.ts'
import type { InvoiceFacts, Operation } from '../ports/erp.ts'
import type { InvoiceObservation, OperationObservation } from '../ports/observation.ts'

/** What coverage is counted over. */
export type Covered = Readonly<{
  mapping: FieldMapping
  dimensions: Integration['dimensions']
  /** Value lists of the release in production. */
  values: ValueLists
  exercised: Exercised
  facts: readonly InvoiceFacts[]
  /** Invoices that name a listed value. */
  usersOf: (resource: string, code: string) => ReadonlySet<string>
}>

/** What the recordings exercise, gathered from one operation after the other. */
export class Exercised {
  /** Fields with their direction and resource: those that are sent with a value, those that are read. */
  readonly fields = new Set<string>()
  /** The same fields, each with how many invoices exercise it by themselves. */
  readonly invoicesOf = new Map<string, number>()
  readonly kinds = new Set<Operation['kind']>()
  readonly outcomes = new Set<OperationObservation['recorded']['state']>()
  /** Whether a search found that an invoice was there already. */
  isFound = false

  /** A field that is sent is exercised when something stood in it; one that is read, when it was asked for. */
  addOperation({ operation, recorded }: OperationObservation, own: Set<string> = this.fields): void {
    for (const use of operation.sends) if (hasValue(use.value)) own.add(`send ${use.resource} ${use.field}`)
    for (const use of operation.reads) own.add(`read ${use.resource} ${use.field}`)
    this.kinds.add(operation.kind)
    this.outcomes.add(recorded.state)
  }

  addInvoice({ sent, operations }: InvoiceObservation): void {
    const own = new Set<string>()
    for (const operation of operations) this.addOperation(operation, own)
    for (const field of own) {
      this.fields.add(field)
      this.invoicesOf.set(field, (this.invoicesOf.get(field) ?? 0) + 1)
    }
    this.isFound ||= sent === undefined
  }
}

type Item = Readonly<{ what: string; exercised: boolean; add: string }>

/** Which mapped fields, listed values, kinds of document and operations the recordings exercise, and what to add for the rest. */
export function coverageOf(covered: Covered): Coverage {
  return [
    area('mapped fields', fieldItems(covered)),
    ...listAreas(covered),
    area('document types', documentItems(covered)),
    area('operations', operationItems(covered)),
  ]
}

function area(title: string, items: readonly Item[]): Coverage[number] {
  const missing = items.filter((item) => !item.exercised)
  return {
    area: title,
    exercised: items.length - missing.length,
    of: items.length,
    missing: missing.map(({ what, add }) => ({ what, add })),
  }
}

function fieldItems({ mapping, exercised }: Covered): readonly Item[] {
  const rows = new Map(
    mapping.fields.map((row) => [`${row.direction} ${row.from} ${row.to.resource} ${row.to.field}`, row]),
  )
  return [...rows.values()].map((row) => {
    const { to, direction } = row
    const name = nameOf(row.from ?? `/${to.field}`)
    return {
      what: `${sourceOf(row)} ${direction === 'send' ? '→' : '←'} ${to.resource} ${to.field}`,
      exercised: exercised.fields.has(`${direction} ${to.resource} ${to.field}`),
      add: direction === 'send' ? `an invoice with ${name}` : `an export that reads back ${name}`,
    }
  })
}

function hasValue(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && !(isJsonArray(value) && value.length === 0)
}

/** One area per list that the mapping names; a list that holds several dimensions is one area per dimension. */
function listAreas({ mapping, dimensions, values, usersOf }: Covered): Coverage {
  const titles = new Map<string, string>()
  for (const { from, list, to } of mapping.fields)
    if (list !== undefined && !titles.has(list)) titles.set(list, nameOf(from ?? `/${to.field}`))
  return [...titles].flatMap(([list, title]) => {
    const own = dimensions.filter((dimension) => dimension.resource === list)
    const groups =
      own.length === 0
        ? [{ title, wanted: () => true }]
        : own.map((dimension) => ({
            title: dimension.title.toLowerCase(),
            wanted: (value: ListedValue) => dimension.root === undefined || value.fields.root === dimension.root,
          }))
    return groups.map((group) =>
      area(
        `values of ${group.title}`,
        (values[list] ?? [])
          .filter((value) => value.active && group.wanted(value))
          .map((value) => ({
            what: labelOf(value),
            exercised: usersOf(list, value.code).size > 0,
            add: `an invoice with ${group.title} ${labelOf(value)}`,
          })),
      ),
    )
  })
}

function labelOf({ code, fields }: ListedValue): string {
  const name = isJsonObject(fields) ? fields.name : undefined
  return typeof name === 'string' && name !== code ? `${code} ${name}` : code
}

function documentItems({ facts }: Covered): readonly Item[] {
  const types = new Set(facts.map((fact) => fact.type))
  return [
    { what: 'invoice', exercised: types.has('invoice'), add: 'an invoice' },
    { what: 'credit note', exercised: types.has('credit-note'), add: 'a credit note' },
    { what: 'several lines', exercised: facts.some((fact) => fact.lines > 1), add: 'an invoice with several lines' },
    { what: 'no tax', exercised: facts.some((fact) => isZero(fact.tax)), add: 'an invoice without tax' },
    { what: 'tax', exercised: facts.some((fact) => !isZero(fact.tax)), add: 'an invoice with tax' },
  ]
}

function isZero(amount: string): boolean {
  return /^-?[0.]*$/.test(amount)
}

/** Everything that a connector can ask of an ERP, and what would exercise it. */
const OPERATIONS: readonly Readonly<{ kind: Operation['kind']; what: string; add: string }>[] = [
  { kind: 'lookup', what: 'look-up of master data', add: 'an export that resolves its codes' },
  { kind: 'find', what: 'search for the invoice', add: 'an export that searches for its invoice first' },
  { kind: 'create', what: 'creation', add: 'an invoice that is created' },
  { kind: 'transition', what: 'transition', add: 'an invoice that is validated and posted' },
  { kind: 'read', what: 'reading back', add: 'an export that reads its invoice back' },
  { kind: 'remove', what: 'removal', add: 'an invoice that is deleted again while it is a draft' },
  { kind: 'acknowledge', what: 'answer to a warning', add: 'an invoice with a warning that the connector answers' },
]

function operationItems({ exercised: { kinds, outcomes, isFound } }: Covered): readonly Item[] {
  return [
    ...OPERATIONS.map(({ kind, what, add }) => ({ what, add, exercised: kinds.has(kind) })),
    { what: 'refusal', exercised: outcomes.has('rejected'), add: 'an invoice that the ERP refuses' },
    { what: 'warning', exercised: outcomes.has('needs-ack'), add: 'an invoice that the ERP warns of' },
    {
      what: 'document found',
      exercised: isFound,
      add: 'an invoice that is exported a second time, so that the search finds it',
    },
  ]
}

/** The last name of a pointer as people write it: `/lines/*\/unitPrice` is a unit price. */
function nameOf(pointer: string): string {
  const last = pointer.slice(pointer.lastIndexOf('/') + 1)
  return last.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
}
