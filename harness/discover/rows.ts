import { isJsonArray, isJsonObject } from '../base/json.ts'
import { type Flow, type Occurrence, type Place, placesOf, textOf } from './documents.ts'
import { dateSource, isDate, type ListLink, type Lookups, listOf, lookupsOf, searchedBy } from './lists.ts'

/** How sure a proposal is. */
export type Confidence = 'high' | 'medium' | 'low'

/** A proposed row of the mapping, as far as the ERP's side tells. */
export type ErpRow = Readonly<{
  resource: string
  field: string
  direction: 'send' | 'read'
  /** Path from the document to the field. */
  path: string
  list?: string
  required: boolean
  /** Which of several records of one place this row is, such as `root DEPT`. */
  part?: string
  confidence: Confidence
  /** What in the traffic says so. */
  because: string
  /** Values, by their codes. */
  examples: readonly string[]
  /** A question that the traffic raises about this row. */
  question?: string
  /** What was sent or answered, per document and record, by every text that stands for it. */
  values: readonly Readonly<{ document: number; record: string; texts: readonly string[] }>[]
}>

/** A field that is sent and is no row: its value does not come from the invoice. */
export type OwnValue = Readonly<{
  path: string
  resource: string
  field: string
  why: string
  /** `setting` never changes, `member` is part of a record that another field names, `copy` stands in the document too. */
  kind: 'setting' | 'member' | 'copy'
  /** The row that it would be if it came from the invoice after all. */
  row: ErpRow
}>

/** What the ERP's side of the mapping is known to be. */
export type ErpSide = Readonly<{
  rows: readonly ErpRow[]
  own: readonly OwnValue[]
  /** Lists that code an invoice through one place with several records, each by the literal it is searched by. */
  dimensions: readonly Readonly<{ resource: string; root: string }>[]
  lookups: Lookups
  places: readonly Place[]
}>

/** Proposes the rows of the mapping that the traffic alone shows. */
export function erpSideOf(flow: Flow): ErpSide {
  const places = placesOf(flow)
  const resources = new Set(places.map(({ resource }) => resource))
  const lookups = lookupsOf(flow, resources)
  const links = new Map(places.map((place) => [place, listOf(place, lookups, flow.keyField)]))
  const found = new Set(
    flow.calls
      .filter(({ kind, resource }) => kind === 'search' && resource === flow.resource)
      .flatMap(({ filters }) => filters.flatMap(({ value }) => textOf(value) ?? [])),
  )
  const rows: ErpRow[] = []
  const own: OwnValue[] = []
  const dimensions: { resource: string; root: string }[] = []
  for (const place of places) {
    if (place.occurrences.length === 0) continue
    const link = links.get(place)
    const why = ownValueOf(place, places, links, flow)
    if (why !== undefined) {
      const { path, resource, field } = place
      own.push({ path, resource, field, ...why, row: rowOf(place, link, lookups, found) })
      continue
    }
    const parts = link === undefined ? undefined : partsOf(place, link, lookups, places)
    if (link !== undefined && parts !== undefined) {
      for (const part of parts) {
        rows.push(rowOf({ ...place, ...part }, link, lookups, found, part.title))
        dimensions.push({ resource: link.resource, root: part.root })
      }
      continue
    }
    rows.push(rowOf(place, link, lookups, found))
  }
  return { rows: [...rows, ...readRows(flow, places)], own, dimensions, lookups, places }
}

function rowOf(
  place: Place,
  link: ListLink | undefined,
  lookups: Lookups,
  found: ReadonlySet<string>,
  part?: string,
): ErpRow {
  const values = place.occurrences.map(({ document, record, value }) => ({
    document,
    record,
    texts: link === undefined ? [value] : link.textsOf(value),
  }))
  const distinct = new Set(place.occurrences.map(({ value }) => value)).size
  const always = place.filled === place.records
  const isKey = place.occurrences.every(({ value }) => found.has(value))
  const isText = link === undefined && !isKey && place.occurrences.some(({ value }) => /\p{L}+\s+\p{L}+/u.test(value))
  const source = link === undefined && !always ? dateSource(place, lookups) : undefined
  const confidence: Confidence =
    link?.rival !== undefined || distinct === 2 ? 'medium' : distinct < 2 || source !== undefined ? 'low' : 'high'
  const seen = `sent ${place.filled} of ${place.records} times with ${distinct} values`
  return {
    resource: place.resource,
    field: place.field,
    direction: 'send',
    path: place.path,
    ...(link === undefined ? {} : { list: link.resource }),
    // A text that happens to stand everywhere is not known to be needed, nor is a list of values; a code, a date or an amount is.
    required: always && !isText && !place.isMany,
    ...(part === undefined ? {} : { part }),
    confidence,
    because: link === undefined ? seen : `${seen}, each looked up before as ${link.by} of ${link.resource}`,
    examples: [...new Set(values.map(({ texts }) => texts[0] ?? ''))].slice(0, 3),
    ...(link?.rival === undefined
      ? source === undefined
        ? {}
        : { question: `It is always ${source}: by which rule, and for which invoices, is it sent?` }
      : { question: `Is it from the list ${link.resource}, or from ${link.rival}? Both fit the traffic.` }),
    values,
  }
}

/** Why a value is no row: it never changes, or it follows from another value that is sent. */
function ownValueOf(
  place: Place,
  places: readonly Place[],
  links: ReadonlyMap<Place, ListLink | undefined>,
  flow: Flow,
): Pick<OwnValue, 'why' | 'kind'> | undefined {
  const distinct = new Set(place.occurrences.map(({ value }) => value))
  const link = links.get(place)
  const [only = ''] = distinct
  if (distinct.size === 1 && place.filled === place.records && flow.documents.length > 1) {
    const code = link?.textsOf(only)[0]
    return {
      why: `always ${only}${code === undefined || code === only ? '' : `, which is ${code} of ${link?.resource}`}`,
      kind: 'setting',
    }
  }
  const at = place.path.slice(0, place.path.lastIndexOf('/'))
  for (const other of places) {
    if (other === place || other.path.slice(0, other.path.lastIndexOf('/')) !== at) continue
    const list = links.get(other)
    // A value that a list explains by itself is not explained by another one.
    if (list === undefined || (link !== undefined && link.score > list.score)) continue
    const member = memberOf(place, other, list)
    if (member !== undefined)
      return { why: `${member} of the ${list.resource} that ${other.field} names`, kind: 'member' }
  }
  if (at !== '') {
    const above = places.find(
      (other) =>
        other.field === place.field && other.path === `/${place.field}` && other.records === flow.documents.length,
    )
    const values = new Map(above?.occurrences.map(({ document, value }) => [document, value]))
    if (above !== undefined && place.occurrences.every(({ document, value }) => values.get(document) === value)) {
      return { why: `as ${above.field} of the document`, kind: 'copy' }
    }
  }
  return undefined
}

/** The member of the record that `other` names which always is what stands at the place. */
function memberOf(place: Place, other: Place, list: ListLink): string | undefined {
  const names = new Set<string>()
  const holds = (name: string) =>
    place.occurrences.every((occurrence) =>
      valuesIn(recordBeside(occurrence, other, list)?.[name]).includes(occurrence.value),
    )
  for (const occurrence of place.occurrences) {
    for (const name of Object.keys(recordBeside(occurrence, other, list) ?? {})) names.add(name)
  }
  return [...names].find((name) => name !== list.by && holds(name))
}

function recordBeside({ siblings }: Occurrence, other: Place, list: ListLink) {
  const value = textOf(siblings[other.field])
  const record = value === undefined ? undefined : list.recordOf(value)
  return isJsonObject(record) ? record : undefined
}

function valuesIn(value: Parameters<typeof textOf>[0]): readonly string[] {
  return (isJsonArray(value) ? value : [value]).flatMap((item) => textOf(item) ?? [])
}

type Part = Readonly<{
  title: string
  root: string
  occurrences: readonly Occurrence[]
  records: number
  filled: number
}>

/**
 * Several records of one place that code one line each by another dimension: a value beside them, such as the root of an
 * analytic account, tells them apart. `undefined` when the place is one row.
 */
function partsOf(
  place: Place,
  link: ListLink,
  lookups: Lookups,
  places: readonly Place[],
): readonly Part[] | undefined {
  const at = place.path.slice(0, place.path.lastIndexOf('/'))
  if (!at.endsWith('/*')) return undefined
  const owners = new Set(place.occurrences.map(ownerOf))
  if (owners.size === place.occurrences.length) return undefined
  for (const teller of places) {
    if (teller === place || teller.path.slice(0, teller.path.lastIndexOf('/')) !== at) continue
    const member = memberOf(teller, place, link)
    if (member === undefined) continue
    const values = new Set(teller.occurrences.map(({ value }) => value))
    const isOnePerOwner = [...values].every((value) => {
      const of = place.occurrences.filter(({ siblings }) => textOf(siblings[teller.field]) === value).map(ownerOf)
      return new Set(of).size === of.length
    })
    if (values.size < 2 || !isOnePerOwner) continue
    const outer = places.find(({ path }) => path.startsWith(`${ownerPath(at)}/`) && ownerPath(path) === ownerPath(at))
    return [...values].map((value) => {
      const occurrences = place.occurrences.filter(({ siblings }) => textOf(siblings[teller.field]) === value)
      const root = searchedBy(lookups, link.resource, member, value) ?? value
      return {
        title: `${teller.field} ${root}`,
        root,
        occurrences,
        records: outer?.records ?? owners.size,
        filled: occurrences.length,
      }
    })
  }
  return undefined
}

/** The record that a record belongs to. */
function ownerOf({ document, record }: Occurrence): string {
  return `${document}${record.slice(0, record.lastIndexOf('/'))}`
}

/** `/lines/*` of `/lines/*` + `/analytic_accounts/*`. */
function ownerPath(path: string): string {
  return path.replace(/\/[^/]+(\/\*)?$/, '')
}

/** What the connector reads of the document and did not send: the ERP made it. */
function readRows(flow: Flow, places: readonly Place[]): readonly ErpRow[] {
  const paths = new Map<string, string>([[flow.resource, '']])
  for (const { resource, path } of places) if (!paths.has(resource)) paths.set(resource, ownPath(path))
  const sent = new Set(places.map(({ resource, field }) => `${resource} ${field}`))
  const relations = relationsOf(flow)
  type Seen = {
    resource: string
    field: string
    named: boolean
    values: Map<string, ErpRow['values'][number]>
    calls: number
  }
  const seen = new Map<string, Seen>()
  for (const [document, { after, call, key }] of flow.documents.entries()) {
    for (const { resource, kind, answered, reads } of [call, ...after]) {
      if (kind !== 'read' && kind !== 'create' && kind !== 'transition') continue
      const path = paths.get(resource)
      for (const [nth, record] of answered.entries()) {
        if (path === '' && key !== undefined && textOf(record[flow.keyField]) !== key) continue
        for (const { field, owner, value, position } of fieldsOf(record, resource, paths, nth)) {
          const text = textOf(value)
          const id = `${owner} ${field}`
          if (text === undefined || field === flow.keyField || sent.has(id) || relations.has(id)) continue
          if (!(reads === undefined || reads.includes(field))) continue
          const entry = seen.get(id) ?? {
            resource: owner,
            field,
            named: reads !== undefined,
            values: new Map(),
            calls: 0,
          }
          seen.set(id, entry)
          entry.calls += 1
          // The last answer is what the document has become.
          entry.values.set(`${document}${position}`, { document, record: position, texts: [text] })
        }
      }
    }
  }
  return [...seen.values()].map(({ resource, field, named, values, calls }) => {
    const isPart = paths.has(resource)
    return {
      resource,
      field,
      direction: 'read' as const,
      path: `${paths.get(resource) ?? `/${resource}/*`}/${field}`,
      required: false,
      confidence: isPart && named ? ('medium' as const) : ('low' as const),
      because: named
        ? `asked for by name ${calls} times and never sent; whether AP keeps it does not show in the traffic`
        : 'answered with the document and never sent; the ERP answers all it has, so whether it is used does not show',
      examples: [...new Set([...values.values()].map(({ texts }) => texts[0] ?? ''))].slice(0, 3),
      values: [...values.values()],
    }
  })
}

/** The scalar fields of an answered record and of the records inside it. */
function fieldsOf(
  record: Readonly<Record<string, Parameters<typeof textOf>[0]>>,
  resource: string,
  paths: Map<string, string>,
  nth: number,
): readonly Readonly<{ field: string; owner: string; value: Parameters<typeof textOf>[0]; position: string }>[] {
  const isDocument = paths.get(resource) === ''
  return Object.entries(record).flatMap(([field, value]) => {
    const inner = isJsonArray(value) ? value : isJsonObject(value) ? [value] : undefined
    if (inner === undefined) return [{ field, owner: resource, value, position: isDocument ? '' : `/${nth}` }]
    return inner.filter(isJsonObject).flatMap((each, index) => {
      const below = `${resource}.${field}`
      if (!paths.has(below)) paths.set(below, `${paths.get(resource) ?? ''}/${field}${isJsonArray(value) ? '/*' : ''}`)
      return Object.entries(each).map(([name, member]) => ({
        field: name,
        owner: below,
        value: member,
        position: isJsonArray(value) ? `/${index}` : '',
      }))
    })
  })
}

/** Fields that are answered with the key of a record which is then read: they lead to it and are no value. */
function relationsOf(flow: Flow): ReadonlySet<string> {
  const hits = new Map<string, { leads: number; all: number }>()
  for (const { after } of flow.documents) {
    const read = new Set(
      after.filter(({ kind }) => kind === 'read').flatMap(({ resource, ids }) => ids.map((id) => `${resource} ${id}`)),
    )
    const targets = new Set([...read].map((each) => each.split(' ')[0] ?? ''))
    for (const { resource, answered } of after) {
      for (const record of answered) {
        for (const [field, value] of Object.entries(record)) {
          const text = textOf(value)
          if (text === undefined || !/^\d+$/.test(text) || field === flow.keyField) continue
          const named = [...targets].find((target) => target !== resource && target.split('.').at(-1) === field)
          if (named === undefined) continue
          const entry = hits.get(`${resource} ${field}`) ?? { leads: 0, all: 0 }
          hits.set(`${resource} ${field}`, entry)
          entry.all += 1
          if (read.has(`${named} ${text}`)) entry.leads += 1
        }
      }
    }
  }
  return new Set([...hits].filter(([, { leads, all }]) => leads === all).map(([id]) => id))
}

/** The path of the record that a place belongs to. */
function ownPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** Whether a row is a date, for the transforms that may apply. */
export function isDateRow(row: ErpRow): boolean {
  return row.values.length > 0 && row.values.every(({ texts }) => isDate(texts[0] ?? ''))
}
