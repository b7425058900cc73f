import { isJsonArray, isJsonNumber, isJsonObject, type Json } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import { PRESENT } from '../model/headers.ts'
import { REMOVED } from '../model/recording.ts'
import type { FieldUse, Operation } from '../ports/erp.ts'
import type { RequestPair, SentRequest } from '../ports/observation.ts'
import { compareRecords, type Meaning } from './records.ts'
import { classify, sameValue, textOf } from './scalars.ts'

/** What a comparison of requests knows. */
type Known = Readonly<{
  meaning: Meaning
  /** Resource that a field leads to. */
  relation: (resource: string, field: string) => string | undefined
}>

/** What a comparison of requests found: what writes or decides, and what only asks. */
export type RequestComparison = Readonly<{
  requests: readonly Difference[]
  inquiries: readonly Difference[]
  /** Values of headers on both sides of which only the presence was compared. */
  headerValuesUnread: number
}>

/**
 * Compares what the connector under test sent with what was recorded, request by request: what an invoice is created with
 * field by field, in value and in the form in which it is written; every other value by its place. A request that one side
 * lacks is told. Logging in is not compared: its secrets are not in a recording.
 */
export function compareRequests(pairs: readonly RequestPair[], known: Known): RequestComparison {
  const requests: Difference[] = []
  const inquiries: Difference[] = []
  let headerValuesUnread = 0
  for (const { recorded, run, invoices } of pairs) {
    const operation = recorded?.operation ?? run?.operation
    if (operation === undefined || operation.kind === 'session') continue
    if (recorded === undefined || run === undefined) {
      const isLost = run === undefined
      const asks = operation.kind === 'read' || operation.kind === 'lookup'
      const whole: Difference = {
        ...differenceOf(operation, invoices),
        kind: isLost ? 'absent' : 'extra',
        baseline: isLost ? 'sent' : 'not sent',
        candidate: isLost ? 'not sent' : 'sent',
      }
      if (asks) inquiries.push(whole)
      else requests.push(whole)
      continue
    }
    headerValuesUnread += [...recorded.values].filter(
      ([place, value]) => place.startsWith('header:') && value === PRESENT && run.values.get(place) === PRESENT,
    ).length
    const changed = [
      ...sentDifferences(recorded, run, invoices, known),
      ...placeDifferences(recorded, run, invoices, known),
    ]
    // Which records are read follows from what the ERP answered; by what is looked up, an invoice is coded.
    if (operation.kind === 'read') inquiries.push(...changed)
    else requests.push(...changed)
    inquiries.push(...readsOf(recorded, run, invoices))
  }
  return { requests, inquiries, headerValuesUnread }
}

/** What a create sends otherwise. */
function sentDifferences(
  recorded: SentRequest,
  run: SentRequest,
  invoices: readonly string[],
  known: Known,
): readonly Difference[] {
  const { operation, sent } = recorded
  const [before, now] = [sent, run.sent]
  if (!isJsonObject(before) || !isJsonObject(now)) {
    if (isJsonObject(before) === isJsonObject(now)) return []
    const textOfSide = (side: Json | undefined) => (isJsonObject(side) ? 'a document' : 'no document that can be read')
    return [{ ...differenceOf(run.operation, invoices), baseline: textOfSide(before), candidate: textOfSide(now) }]
  }
  const found = compareRecords(operation.resource, before, now, now, '', {
    ...known,
    area: 'requests',
    stage: methodOf(operation),
    invoices,
    seenBy: 'connector',
    leaveOut: () => undefined,
    tellsMissingFields: true,
  })
  return [...found, ...formDifferences(recorded, run, invoices, known)]
}

/** Values that are the same and written in another form, such as an amount that became a float. */
function formDifferences(
  recorded: SentRequest,
  run: SentRequest,
  invoices: readonly string[],
  known: Known,
): readonly Difference[] {
  const before = new Map(recorded.operation.sends.map((use) => [use.pointer, use]))
  return run.operation.sends.flatMap((use) => {
    const was = before.get(use.pointer)
    if (was === undefined || was.field !== use.field || isJsonArray(use.value ?? null)) return []
    const [formBefore, formNow] = [formOf(recorded, use.pointer), formOf(run, use.pointer)]
    const isSame = sameValue(was.value ?? null, use.value ?? null, known.meaning(use.resource, use.field).class)
    if (!isSame || formBefore.shape === formNow.shape) return []
    return [
      {
        ...differenceOf(run.operation, invoices),
        class: known.meaning(use.resource, use.field).class,
        resource: use.resource,
        pointer: `/${use.field}`,
        at: use.pointer,
        kind: 'coerced' as const,
        baseline: formBefore.text,
        candidate: formNow.text,
        sent: formNow.text,
      },
    ]
  })
}

/** How a value is written: the types of what stands at its place, and the value for people. */
function formOf({ values }: SentRequest, pointer: string): Readonly<{ shape: string; text: string }> {
  const parts = [...values].filter(([place]) => place === pointer || place.startsWith(`${pointer}/`))
  const type = (value: Json) => (isJsonNumber(value) ? 'number' : value === null ? 'null' : typeof value)
  const name = (place: string) => place.slice(pointer.length + 1)
  return {
    shape: parts.map(([place, value]) => `${name(place)} ${type(value)}`).join(', '),
    text: parts.map(([place, value]) => `${name(place)} ${type(value)} ${textOf(value) ?? ''}`.trim()).join(', '),
  }
}

/**
 * What a request sends, filters or reads otherwise, by the place where it stands. The document of a create is compared field
 * by field, so of a create only what stands around it is told here: its context, its envelope, its query and its headers.
 */
function placeDifferences(
  recorded: SentRequest,
  run: SentRequest,
  invoices: readonly string[],
  known: Known,
): readonly Difference[] {
  const listed = new Set([...recorded.operation.reads, ...run.operation.reads].map((use) => use.pointer))
  const sends = [recorded, run].flatMap(({ operation }) => operation.sends)
  const document = isJsonObject(recorded.sent) && isJsonObject(run.sent) ? documentOf(sends) : undefined
  const isInDocument = (place: string) =>
    document !== undefined && place.startsWith(`${document}/`) && useAt(sends, place) !== undefined
  const places = [...new Set([...recorded.values.keys(), ...run.values.keys()])].filter(
    (place) => !listed.has(place) && !isInDocument(place),
  )
  const uses = [...sends, ...[recorded, run].flatMap(({ operation }) => operation.filters)]
  return places.flatMap((place): Difference[] => {
    const [before, now] = [recorded.values.get(place), run.values.get(place)]
    // What the recording no longer holds cannot be compared, and what the run sent there is a secret.
    if (before === REMOVED && now !== undefined) return []
    const use = useAt(uses, place)
    const meaning = use === undefined ? 'coding' : known.meaning(use.resource, use.field).class
    if (before !== undefined && now !== undefined && typeof before === typeof now && sameValue(before, now, meaning))
      return []
    return [
      {
        ...differenceOf(run.operation, invoices),
        ...classify(before ?? null, now ?? null, now, meaning),
        resource: use?.resource ?? run.operation.resource,
        pointer: use === undefined || use.field === '' ? place.replace(/^(\w+):/, '/$1/') : `/${use.field}`,
        at: place,
        baseline: textOf(before),
        candidate: textOf(now),
        sent: textOf(now),
      },
    ]
  })
}

/** Fields that the connector asks for in addition, or no longer. */
function readsOf(recorded: SentRequest, run: SentRequest, invoices: readonly string[]): readonly Difference[] {
  const fieldsOf = ({ operation }: SentRequest) =>
    new Map(operation.reads.map((use) => [`${use.resource} ${use.field}`, use]))
  const [before, now] = [fieldsOf(recorded), fieldsOf(run)]
  const tell = (use: FieldUse, kind: 'absent' | 'extra'): Difference => ({
    ...differenceOf(run.operation, invoices),
    class: 'text',
    kind,
    resource: use.resource,
    pointer: `/${use.field}`,
    at: use.pointer,
    baseline: kind === 'absent' ? 'read' : 'not read',
    candidate: kind === 'absent' ? 'not read' : 'read',
    sent: null,
  })
  return [
    ...[...before].filter(([field]) => !now.has(field)).map(([, use]) => tell(use, 'absent')),
    ...[...now].filter(([field]) => !before.has(field)).map(([, use]) => tell(use, 'extra')),
  ]
}

/** Where the document of a create stands: a request may hold another one beside it. */
function documentOf([first]: readonly FieldUse[]): string | undefined {
  return first?.pointer.slice(0, first.pointer.lastIndexOf('/'))
}

/** The use whose place holds a value: the most exact one. */
function useAt(uses: readonly FieldUse[], place: string): FieldUse | undefined {
  return uses
    .filter(({ pointer }) => place === pointer || place.startsWith(`${pointer}/`))
    .sort((left, right) => right.pointer.length - left.pointer.length)[0]
}

/** A difference of a whole request. */
function differenceOf(operation: Operation, invoices: readonly string[]): Difference {
  const isRead = operation.kind === 'read' || operation.kind === 'lookup'
  const method = methodOf(operation)
  return {
    area: 'requests',
    kind: 'coerced',
    class: isRead ? 'text' : operation.kind === 'find' ? 'identity' : 'state',
    loudness: 'silent',
    resource: operation.resource,
    pointer: `/${method}`,
    at: '',
    stage: method,
    baseline: null,
    candidate: null,
    sent: null,
    invoices: [...invoices],
    seenBy: 'connector',
  }
}

function methodOf({ name }: Operation): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
