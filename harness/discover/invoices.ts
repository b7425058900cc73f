import Big from 'big.js'
import { isDecimal } from '../base/decimal.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { pointerOf } from '../base/pointer.ts'
import { recordsIn, textOf } from './documents.ts'
import { nameLikeness } from './likeness.ts'
import type { Confidence, ErpRow } from './rows.ts'

/** Where a value of the ERP comes from in the approved invoice, and how it is changed on the way. */
export type Source = Readonly<{
  from: string
  transform?: string
  confidence: Confidence
  because: string
  examples: readonly string[]
}>

/** Which approved invoice each exported document is; `undefined` where none fits. */
export type Pairing = Readonly<{
  invoices: readonly (JsonObject | undefined)[]
  /** What the two have in common: a place in the approved invoice and a field of the ERP. */
  by: string | undefined
  /** Invoices that were never exported. */
  left: number
}>

/** A value of the approved invoice beside those of the ERP that should be made of it. */
type Pair = Readonly<{ ap: string | undefined; erp: readonly string[] | undefined }>

/**
 * Finds for every document the approved invoice that it was made of: by the place and the field whose values agree for the
 * most documents and are different for each. Documents that share the value are told apart by what else agrees.
 */
export function pairsOf(invoices: readonly JsonObject[], rows: readonly ErpRow[], documents: number): Pairing {
  const sent = rows.filter(({ direction, path }) => direction === 'send' && !path.includes('*'))
  const places = [...new Set(invoices.flatMap((invoice) => [...scalarsOf(invoice).keys()]))]
  let best: { place: string; row: ErpRow; agreeing: number } | undefined
  for (const row of sent) {
    const texts = new Map(row.values.map(({ document, texts: all }) => [document, all]))
    if (new Set([...texts.values()].map((all) => all[0])).size < Math.min(2, documents)) continue
    for (const place of places) {
      const values = invoices.map((invoice) => scalarsOf(invoice).get(place))
      const distinct = new Set(values).size
      const known = new Set(values)
      const agreeing = [...texts.values()].filter((all) => all.some((text) => known.has(text))).length * distinct
      if (agreeing > (best?.agreeing ?? 0)) best = { place, row, agreeing }
    }
  }
  if (best === undefined) return { invoices: Array.from({ length: documents }), by: undefined, left: invoices.length }
  const { place, row } = best
  const free = new Set(invoices)
  const paired = Array.from({ length: documents }, (_, document) => {
    const key = row.values.find((value) => value.document === document)?.texts ?? []
    const fitting = [...free].filter((invoice) => key.includes(scalarsOf(invoice).get(place) ?? ''))
    const agreeing = (invoice: JsonObject) => {
      const own = new Set(scalarsOf(invoice).values())
      return sent.filter(({ values }) =>
        values.some((value) => value.document === document && value.texts.some((text) => own.has(text))),
      ).length
    }
    const [found] = fitting.sort((left, right) => agreeing(right) - agreeing(left))
    if (found !== undefined) free.delete(found)
    return found
  })
  return { invoices: paired, by: `${place} = ${row.resource} ${row.field}`, left: free.size }
}

/** The source of a row among the fields of the approved invoices; `undefined` when no field explains its values. */
export function sourceOf(row: ErpRow, pairing: Pairing): Source | undefined {
  const isLine = row.path.includes('*')
  const tables = isLine ? linePairs(row, pairing) : documentPairs(row, pairing)
  const found = [...tables].flatMap(([from, pairs]): readonly (Source & { rank: number })[] => {
    const fit = transformOf(pairs)
    if (fit === undefined) return []
    const likeness = nameLikeness(from.split('/').at(-1) ?? '', row.field)
    return [{ ...fit, from, rank: fit.misses * 10 + fit.rank - likeness - Math.min(0.5, fit.distinct / 100) }]
  })
  found.sort((left, right) => left.rank - right.rank)
  const [best] = found
  if (best === undefined) return joinedOf(row, tables)
  const rival = found.find(({ from, rank }) => from !== best.from && rank - best.rank < 0.25)
  const { from, transform, because, examples } = best
  return {
    from,
    ...(transform === undefined ? {} : { transform }),
    confidence: rival === undefined ? best.confidence : 'medium',
    because: rival === undefined ? because : `${because}; ${rival.from} fits as well`,
    examples,
  }
}

/** Places of the approved invoices that feed no row. */
export function unusedPlaces(pairing: Pairing, used: ReadonlySet<string>): readonly string[] {
  const places = new Set<string>()
  for (const invoice of pairing.invoices) {
    if (invoice === undefined) continue
    for (const [place, text] of scalarsOf(invoice)) if (text !== '') places.add(place)
    for (const { records, at } of listsOf(invoice)) {
      for (const record of records) {
        for (const [place, text] of scalarsOf(record)) if (text !== '') places.add(`${at}/*${place}`)
      }
    }
  }
  return [...places].filter((place) => !used.has(place)).sort()
}

function documentPairs(row: ErpRow, { invoices }: Pairing): ReadonlyMap<string, readonly Pair[]> {
  const erp = new Map(row.values.map(({ document, texts }) => [document, texts]))
  return tableOf(
    invoices.flatMap((invoice, document) =>
      invoice === undefined ? [] : [{ values: scalarsOf(invoice), erp: erp.get(document) }],
    ),
    '',
  )
}

/** Lines are paired by their order, where the document has as many as the approved invoice. */
function linePairs(row: ErpRow, { invoices }: Pairing): ReadonlyMap<string, readonly Pair[]> {
  const erp = new Map<string, readonly string[]>()
  const counts = new Map<number, number>()
  for (const { document, record, texts } of row.values) {
    const nth = Number(record.split('/')[1] ?? 0)
    erp.set(`${document}/${nth}`, texts)
    counts.set(document, Math.max(counts.get(document) ?? 0, nth + 1))
  }
  const tables = new Map<string, readonly Pair[]>()
  const lists = new Set(
    invoices.flatMap((invoice) => (invoice === undefined ? [] : listsOf(invoice).map(({ at }) => at))),
  )
  for (const at of lists) {
    const rows = invoices.flatMap((invoice, document) => {
      const records = invoice === undefined ? [] : (listsOf(invoice).find((list) => list.at === at)?.records ?? [])
      if (records.length < (counts.get(document) ?? 0)) return []
      return records.map((record, nth) => ({ values: scalarsOf(record), erp: erp.get(`${document}/${nth}`) }))
    })
    for (const [place, pairs] of tableOf(rows, `${at}/*`)) tables.set(place, pairs)
  }
  return tables
}

function tableOf(
  rows: readonly Readonly<{ values: ReadonlyMap<string, string>; erp: readonly string[] | undefined }>[],
  at: string,
): ReadonlyMap<string, readonly Pair[]> {
  const places = new Set(rows.flatMap(({ values }) => [...values.keys()]))
  return new Map(
    [...places].map((place) => [at + place, rows.map(({ values, erp }) => ({ ap: values.get(place), erp }))]),
  )
}

type Fit = Readonly<{
  transform?: string
  confidence: Confidence
  because: string
  examples: readonly string[]
  misses: number
  /** Simpler transforms come first. */
  rank: number
  distinct: number
}>

/** What makes a value of the ERP of one of the approved invoice; `undefined` when it makes none. */
type Transform = Readonly<{ title: string | undefined; apply: (ap: string) => string | undefined }>

const TRANSFORMS: readonly Transform[] = [
  { title: undefined, apply: (ap) => ap },
  { title: undefined, apply: (ap) => numeral(ap) },
  { title: 'white space trimmed', apply: (ap) => ap.trim().replace(/\s+/g, ' ') },
  { title: 'in upper case', apply: (ap) => ap.toUpperCase() },
  { title: 'in lower case', apply: (ap) => ap.toLowerCase() },
  {
    title: 'date DD.MM.YYYY as YYYY-MM-DD',
    apply: (ap) => dateOf(ap, /^(\d{2})[./-](\d{2})[./-](\d{4})$/, '$3-$2-$1'),
  },
  {
    title: 'date MM/DD/YYYY as YYYY-MM-DD',
    apply: (ap) => dateOf(ap, /^(\d{2})[./-](\d{2})[./-](\d{4})$/, '$3-$1-$2'),
  },
  { title: 'date YYYYMMDD as YYYY-MM-DD', apply: (ap) => dateOf(ap, /^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') },
  { title: 'the day of the instant', apply: (ap) => dateOf(ap, /^(\d{4}-\d{2}-\d{2})T.*$/, '$1') },
  { title: 'date YYYY-MM-DD as YYYYMMDD', apply: (ap) => dateOf(ap, /^(\d{4})-(\d{2})-(\d{2})$/, '$1$2$3') },
  { title: 'as midnight of the day', apply: (ap) => dateOf(ap, /^(\d{4}-\d{2}-\d{2})$/, '$1T00:00:00') },
  { title: 'the other sign', apply: (ap) => scaled(ap, '-1') },
  { title: 'in minor units', apply: (ap) => scaled(ap, '100') },
  { title: 'from minor units', apply: (ap) => scaled(ap, '0.01') },
]

/** What the sanitizer leaves where it replaced something. */
const PSEUDONYM = /@example\.invalid|<removed>/

/** The simplest transform that makes the ERP's values of those of one place. */
function transformOf(pairs: readonly Pair[]): Fit | undefined {
  const both = pairs.flatMap(({ ap, erp }) =>
    // A pseudonym agrees with nothing, so it speaks neither for a place nor against it.
    ap !== undefined && ap !== '' && erp !== undefined && !erp.some((text) => PSEUDONYM.test(text))
      ? [{ ap, erp }]
      : [],
  )
  // What the ERP got although the approved invoice has nothing there cannot come from there.
  const lone = pairs.filter(({ ap, erp }) => (ap === undefined || ap === '') && erp !== undefined).length
  const dropped = pairs.filter(({ ap, erp }) => ap !== undefined && ap !== '' && erp === undefined).length
  if (both.length === 0) return undefined
  const distinct = new Set(both.map(({ ap }) => ap)).size
  for (const [rank, { title, apply }] of TRANSFORMS.entries()) {
    const misses = both.filter(({ ap, erp }) => {
      const made = apply(ap)
      return made === undefined || !erp.some((text) => text === made || numeral(text) === made)
    }).length
    const all = misses + lone
    if (all > both.length * 0.02) continue
    return fitOf(both, title, all, dropped, rank / 100, distinct)
  }
  return lone > 0
    ? undefined
    : (cutOf(both, dropped, distinct) ?? affixOf(both, dropped, distinct) ?? codesOf(both, dropped, distinct))
}

function fitOf(
  both: readonly Readonly<{ ap: string; erp: readonly string[] }>[],
  title: string | undefined,
  misses: number,
  dropped: number,
  rank: number,
  distinct: number,
): Fit {
  const agreeing = both.length - misses
  const isSure = misses === 0 && distinct >= 3 && dropped === 0
  return {
    ...(title === undefined ? {} : { transform: title }),
    confidence: isSure ? 'high' : misses === 0 && distinct >= 2 ? 'medium' : 'low',
    because: `${agreeing} of ${both.length} values agree, ${distinct} different${dropped === 0 ? '' : `; ${dropped} are not sent`}`,
    examples: [...new Map(both.map(({ ap, erp }) => [ap, `${ap} → ${erp[0] ?? ''}`])).values()].slice(0, 3),
    misses: misses + dropped,
    rank,
    distinct,
  }
}

/** Longer values cut to one length. */
function cutOf(both: readonly Readonly<{ ap: string; erp: readonly string[] }>[], dropped: number, distinct: number) {
  const longest = Math.max(...both.map(({ erp }) => Math.max(...erp.map((text) => text.length))))
  const isCut = both.some(({ ap }) => ap.length > longest)
  if (!isCut || longest < 4 || !both.every(({ ap, erp }) => erp.includes(ap.slice(0, longest)))) return undefined
  return fitOf(both, `cut to ${longest} characters`, 0, dropped, 0.3, distinct)
}

/** The same text before or behind every value. */
function affixOf(both: readonly Readonly<{ ap: string; erp: readonly string[] }>[], dropped: number, distinct: number) {
  const [first] = both
  if (first === undefined || distinct < 2) return undefined
  for (const text of first.erp) {
    const at = text.indexOf(first.ap)
    if (at < 0 || text === first.ap || first.ap.length < 2) continue
    const before = text.slice(0, at)
    const behind = text.slice(at + first.ap.length)
    if (both.every(({ ap, erp }) => erp.includes(`${before}${ap}${behind}`))) {
      const title = [before === '' ? '' : `"${before}" before it`, behind === '' ? '' : `"${behind}" behind it`]
      return fitOf(both, title.filter((part) => part !== '').join(', '), 0, dropped, 0.3, distinct)
    }
  }
  return undefined
}

/** A code table: the same value always gives the same, and different ones different ones. Each must have been seen again. */
function codesOf(both: readonly Readonly<{ ap: string; erp: readonly string[] }>[], dropped: number, distinct: number) {
  if (distinct < 2 || distinct > 50 || both.length < distinct * 2) return undefined
  const table = new Map<string, string>()
  for (const { ap, erp } of both) {
    const code = erp[0] ?? ''
    if ((table.get(ap) ?? code) !== code) return undefined
    table.set(ap, code)
  }
  if (new Set(table.values()).size !== table.size) return undefined
  const shown = [...table].slice(0, 8).map(([ap, code]) => `${ap} is ${code}`)
  const fit = fitOf(both, `code table: ${shown.join(', ')}${table.size > 8 ? ', …' : ''}`, 0, dropped, 0.6, distinct)
  // Two values that go together twice may do so by chance.
  return {
    ...fit,
    confidence: fit.confidence === 'high' && both.length >= distinct * 3 ? fit.confidence : ('low' as const),
  }
}

const SEPARATORS = ['-', '.', '/', '|', '_', ' ', ':']

/** Segments of several places, joined by a separator: `5100-D40` of the account and the department. */
function joinedOf(row: ErpRow, tables: ReadonlyMap<string, readonly Pair[]>): Source | undefined {
  const [pairs] = tables.values()
  const texts = (pairs ?? []).flatMap(({ erp }) => (erp === undefined ? [] : [erp]))
  if (texts.length < 3) return undefined
  for (const separator of SEPARATORS) {
    for (const choice of [0, 1]) {
      const split = texts.map((erp) => (erp[choice] ?? erp[0] ?? '').split(separator))
      const count = split[0]?.length ?? 0
      if (count < 2 || split.some((parts) => parts.length !== count)) continue
      const sources = Array.from({ length: count }, (_, nth) => segmentOf(nth, separator, choice, tables))
      const places = sources.filter((source) => source?.startsWith('/'))
      const [from] = places
      if (from === undefined || places.length < 2 || sources.some((source) => source === undefined)) continue
      return {
        from,
        transform: `joined by "${separator}": ${sources.join(', ')}`,
        confidence: new Set(texts.map((erp) => erp[0])).size >= 3 ? 'high' : 'medium',
        because: `${texts.length} of ${texts.length} values are made of these segments`,
        examples: row.examples,
      }
    }
  }
  return undefined
}

/** The place that a segment always equals, or the text that it always is in quotes. */
function segmentOf(
  nth: number,
  separator: string,
  choice: number,
  tables: ReadonlyMap<string, readonly Pair[]>,
): string | undefined {
  const segment = (erp: readonly string[]) => (erp[choice] ?? erp[0] ?? '').split(separator)[nth]
  let constant: string | undefined
  for (const [place, pairs] of tables) {
    const sent = pairs.flatMap(({ ap, erp }) => (erp === undefined ? [] : [{ ap, text: segment(erp) }]))
    const values = new Set(sent.map(({ text }) => text))
    if (values.size === 1) constant = `"${[...values][0]}"`
    else if (sent.every(({ ap, text }) => ap === text)) return place
  }
  return constant
}

/** A number without the zeros that say nothing; `undefined` when it is none. */
function numeral(text: string): string | undefined {
  return isDecimal(text) ? new Big(text).toFixed() : undefined
}

function scaled(text: string, by: string): string | undefined {
  return isDecimal(text) ? new Big(text).times(by).toFixed() : undefined
}

function dateOf(text: string, format: RegExp, as: string): string | undefined {
  return format.test(text) ? text.replace(format, as) : undefined
}

/** Scalar values by their JSON Pointer, those in nested records too, those in lists not. */
function scalarsOf(record: JsonObject): ReadonlyMap<string, string> {
  const known = SCALARS.get(record)
  if (known !== undefined) return known
  const scalars = new Map<string, string>()
  const visit = (value: Json, at: string) => {
    const text = textOf(value)
    if (text !== undefined) scalars.set(at, text)
    else if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) visit(member, at + pointerOf([name]))
    } else if (isJsonArray(value) && value.length === 1 && textOf(value[0]) !== undefined) {
      scalars.set(at, textOf(value[0]) ?? '')
    }
  }
  visit(record, '')
  SCALARS.set(record, scalars)
  return scalars
}

const SCALARS = new WeakMap<JsonObject, ReadonlyMap<string, string>>()

/** The lists of records in an invoice, by where they stand. */
function listsOf(invoice: JsonObject): readonly Readonly<{ at: string; records: readonly JsonObject[] }>[] {
  return Object.entries(invoice).flatMap(([name, value]) => {
    const records = recordsIn(value)
    if (records.length > 0) return [{ at: pointerOf([name]), records }]
    return isJsonObject(value)
      ? listsOf(value).map(({ at, records: inner }) => ({ at: pointerOf([name]) + at, records: inner }))
      : []
  })
}
