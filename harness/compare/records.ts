import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject, sameJson } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { FieldMeaning } from '../ports/erp.ts'
import { pairRows } from './pairing.ts'
import { classify, isEmpty, isWithin, plainDecimal, sameValue, textOf, textsOf } from './scalars.ts'

/** What a field means, whatever the ERP. */
export type Meaning = (resource: string, field: string) => FieldMeaning

/** Where a comparison stands and what it knows. */
export type RecordContext = Readonly<{
  meaning: Meaning
  /** Resource that a field leads to, `undefined` when it holds a plain value or a code. */
  relation: (resource: string, field: string) => string | undefined
  area: Difference['area']
  stage: string
  invoices: readonly string[]
  seenBy: Difference['seenBy']
  /** Whether a release publishes a field; where it is not known, a field that only one side has is left out. */
  publishes?: Readonly<{
    baseline: (resource: string, field: string) => boolean
    candidate: (resource: string, field: string) => boolean
  }>
  /** Largest difference of amounts that the policy accepts, in currency units; absent when it states none. */
  tolerance?: string
  /** Counts what is left out of the comparison, by reason. */
  leaveOut: (reason: string) => void
  /** Tells a field that one side does not have, where both sides are the same release and must have the same fields. */
  tellsMissingFields?: boolean
}>

/** Why a value that the ERP assigns itself is left out. */
export const ASSIGNED = 'the ERP assigns the value itself; its presence was compared'

/** Compares two records of a resource field by field; `sent` is what the connector sent for the record. */
export function compareRecords(
  resource: string,
  baseline: JsonObject,
  candidate: JsonObject,
  sent: Json | undefined,
  at: string,
  context: RecordContext,
): readonly Difference[] {
  const differences: Difference[] = []
  for (const field of [...new Set([...Object.keys(baseline), ...Object.keys(candidate)])].sort()) {
    const [before, now] = [baseline[field], candidate[field]]
    const was = isJsonObject(sent) ? sent[field] : undefined
    const place = `${at}/${field}`
    if (before === undefined || now === undefined) {
      const missing = missingOf(resource, field, before, now, was, context)
      if (missing === 'compare') differences.push(difference(resource, field, place, before, now, was, context))
      else context.leaveOut(missing)
      continue
    }
    const [rowsBefore, rowsNow] = [rowsOf(before, now), rowsOf(now, before)]
    if (rowsBefore !== undefined && rowsNow !== undefined) {
      if (sameJson(rowsBefore, rowsNow)) continue
      differences.push(...compareLists(resource, field, rowsBefore, rowsNow, was, place, context))
      continue
    }
    if (isJsonObject(before) && isJsonObject(now)) {
      differences.push(
        ...compareRecords(context.relation(resource, field) ?? resource, before, now, was, place, context),
      )
      continue
    }
    const meaning = context.meaning(resource, field)
    if (sameValue(before, now, meaning.class)) continue
    if (meaning.assigned && isEmpty(before) === isEmpty(now)) {
      context.leaveOut(ASSIGNED)
    } else if (context.tolerance !== undefined && isWithin(before, now, meaning.class, context.tolerance)) {
      context.leaveOut(`the amounts differ by no more than the ${context.tolerance} that the policy accepts`)
    } else {
      // A record of its own that is gone or new, such as the journal entry, is more than a value.
      const isRow = (isJsonObject(before) && isEmpty(now)) || (isEmpty(before) && isJsonObject(now))
      differences.push(difference(resource, field, place, before, now, was, context, isRow))
    }
  }
  return differences
}

/** Why a field that only one side has is left out, or that it is compared: what is missing is never agreement. */
function missingOf(
  resource: string,
  field: string,
  baseline: Json | undefined,
  candidate: Json | undefined,
  sent: Json | undefined,
  { publishes, meaning, tellsMissingFields }: RecordContext,
): string {
  if (!isEmpty(sent)) return 'compare'
  const oneOnly = 'the field exists in one of the two releases only'
  if (tellsMissingFields) return isEmpty(baseline ?? candidate) ? oneOnly : 'compare'
  if (baseline === undefined || publishes === undefined) return oneOnly
  if (publishes.candidate(resource, field) || !publishes.baseline(resource, field)) return 'compare'
  // The published schema tells that it is gone; where it held money or coding, nothing else tells what became of that.
  return meaning(resource, field).class !== 'text' && !isEmpty(baseline) ? 'compare' : oneOnly
}

/** A list, or nothing in the place of a list. */
function rowsOf(value: Json, other: Json): readonly Json[] | undefined {
  if (isJsonArray(value)) return value
  return isEmpty(value) && isJsonArray(other) ? [] : undefined
}

function compareLists(
  resource: string,
  field: string,
  stored: readonly Json[],
  storedNow: readonly Json[],
  sent: Json | undefined,
  at: string,
  context: RecordContext,
): readonly Difference[] {
  const related = context.relation(resource, field) ?? resource
  // A connector takes the first of what a look-up finds; records of a document are known by what they hold.
  const isLookup = context.area === 'interactions' && context.stage === ''
  // Where the ERP keeps rows in no order, another one is not another document, and has the same places in a finding.
  const isUnordered = !isLookup && !isJsonArray(sent) && context.meaning(resource, field).unordered === true
  const [baseline, candidate] = isUnordered ? [inOneOrder(stored), inOneOrder(storedNow)] : [stored, storedNow]
  // A listed value is known by its code: one with another code is another one, however alike the rest is.
  const alike = isLookup
    ? (left: Json, right: Json) => (codeOf(left) === codeOf(right) ? likeness(left, right) : 0)
    : likeness
  const rows = pairRows(baseline, candidate, (row) => identityOf(related, row, context, true), alike)
  const sentRows = isJsonArray(sent) ? sent : []
  const differences: Difference[] = []
  for (const { baseline: before, candidate: now, from } of rows.pairs) {
    if (isJsonObject(before) && isJsonObject(now)) {
      differences.push(...compareRecords(related, before, now, sentRows[from], `${at}/${from}`, context))
    }
  }
  const gained = [...rows.gained]
  for (const { row, index } of rows.lost) {
    const replacement = isJsonObject(row) ? undefined : gained.shift()
    differences.push(
      difference(resource, field, `${at}/${index}`, row, replacement?.row, sentRows[index], context, isJsonObject(row)),
    )
  }
  // Nothing was sent for a row that is there in addition: at its place something else was sent.
  for (const { row, index } of gained) {
    differences.push(
      difference(resource, field, `${at}/${index}`, undefined, row, undefined, context, isJsonObject(row)),
    )
  }
  if (rows.reordered && !isUnordered) {
    differences.push({
      ...difference(resource, field, at, baseline.map(labelOf), candidate.map(labelOf), undefined, context),
      kind: 'reordered',
      class: isLookup ? 'coding' : 'text',
    })
  }
  return differences
}

/** Rows in an order that follows from what they hold. */
function inOneOrder(rows: readonly Json[]): readonly Json[] {
  return rows
    .map((row) => ({ row, text: canonicalJson(row) }))
    .sort((left, right) => Number(left.text > right.text) - Number(left.text < right.text))
    .map(({ row }) => row)
}

function difference(
  resource: string,
  field: string,
  at: string,
  baseline: Json | undefined,
  candidate: Json | undefined,
  sent: Json | undefined,
  context: RecordContext,
  isRow = false,
): Difference {
  const meaning = context.meaning(resource, field)
  const [before, now] = textsOf(baseline, candidate)
  const kind = classify(baseline ?? null, candidate ?? null, sent, meaning.class)
  return {
    area: context.area,
    kind: kind.kind,
    // A whole row carries money, whatever the field that holds it is called.
    class: !isRow ? kind.class : context.area === 'interactions' ? 'coding' : 'amount',
    loudness: 'silent',
    resource,
    pointer: `/${field}`,
    at,
    stage: context.stage,
    baseline: isRow ? rowText(baseline) : before,
    candidate: isRow ? rowText(candidate) : now,
    sent: isRow ? rowText(sent) : textOf(sent),
    invoices: [...context.invoices],
    seenBy: context.seenBy,
  }
}

/** A record of the same document, named by where it stands: `@lines/0`, or with its resource before it. */
const WITHIN = /^(?:[\w.]+ )?@[\w/]+$/

/** A row without what the ERP assigns, and without the records of the document that it names unless they are named alike. */
export function identityOf(
  resource: string,
  row: Json,
  known: Pick<RecordContext, 'meaning' | 'relation'>,
  withReferences: boolean,
): Json {
  if (isJsonArray(row)) return row.map((item) => identityOf(resource, item, known, withReferences))
  if (typeof row === 'string') return !withReferences && WITHIN.test(row) ? '@' : row
  if (!isJsonObject(row)) return row
  return Object.fromEntries(
    Object.entries(row).flatMap(([field, value]): [string, Json][] => {
      const meaning = known.meaning(resource, field)
      if (meaning.assigned) return []
      if (meaning.class === 'amount' && typeof value === 'string') return [[field, plainDecimal(value)]]
      return [[field, identityOf(known.relation(resource, field) ?? resource, value, known, withReferences)]]
    }),
  )
}

/** How many fields of two rows hold the same. */
export function likeness(left: Json, right: Json): number {
  if (!isJsonObject(left) || !isJsonObject(right)) return 0
  let equal = 0
  for (const [field, value] of Object.entries(left)) {
    const other = right[field]
    if (!isEmpty(value) && other !== undefined && sameValue(value, other, 'amount')) equal += 1
  }
  return equal
}

function rowText(row: Json | undefined): string | null {
  if (!isJsonObject(row)) return textOf(row)
  const told = Object.entries(row)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .filter(([, value]) => !isEmpty(value) && !isJsonArray(value) && !isJsonObject(value))
  return told
    .slice(0, 6)
    .map(([field, value]) => `${field} ${textOf(value) ?? ''}`)
    .join(', ')
}

function codeOf(row: Json): Json | undefined {
  return isJsonObject(row) && typeof row.id === 'string' ? row.id : undefined
}

function labelOf(row: Json): Json {
  return isJsonObject(row) ? (row.id ?? row.rec_name ?? row.name ?? '…') : row
}

/** Reads from a published schema which resource a field leads to. */
export function relationsOf(schema: ErpSchema): (resource: string, field: string) => string | undefined {
  return (resource, field) => {
    const read = schema.resources[resource]?.read
    const properties = typeof read === 'object' ? read.properties : undefined
    const property: unknown =
      typeof properties === 'object' && properties !== null ? Reflect.get(properties, field) : undefined
    const relation: unknown =
      typeof property === 'object' && property !== null ? Reflect.get(property, 'x-relation') : undefined
    return typeof relation === 'string' ? relation : undefined
  }
}
