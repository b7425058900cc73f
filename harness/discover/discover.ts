import { GateError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Interaction } from '../model/recording.ts'
import type { Wire, WireProduct } from '../ports/wire.ts'
import { flowOf, textOf } from './documents.ts'
import { type Pairing, pairsOf, type Source, sourceOf, unusedPlaces } from './invoices.ts'
import { nameLikeness } from './likeness.ts'
import { type ErpRow, erpSideOf, type OwnValue } from './rows.ts'
import { type ErrorKind, errorKindsOf, operationsOf } from './traffic.ts'

/** A proposed row, with its source in the approved invoice where that is known. */
export type ProposedRow = ErpRow & Readonly<{ source?: Source }>

/** What traffic tells about an integration that nobody has described. */
export type Discovery = Readonly<{
  wire: string
  product: WireProduct
  documentResource: string
  documents: number
  lines: number
  operations: ReturnType<typeof operationsOf>
  errors: readonly ErrorKind[]
  rows: readonly ProposedRow[]
  own: readonly OwnValue[]
  dimensions: readonly Readonly<{ resource: string; root: string }>[]
  /** Documents that were never read after they were created. */
  unread: number
  /** How the documents and the approved invoices belong together; absent without invoices. */
  pairing?: Pairing
  /** Places in the approved invoices that feed nothing. */
  unused: readonly string[]
}>

/** What is known besides the traffic itself. */
export type DiscoveryOptions = Readonly<{
  wires: ReadonlyMap<string, Wire>
  /** URLs of the traffic, where its format keeps them. */
  urls: readonly string[]
  /** Approved invoices, each as AP exported it. */
  invoices: readonly JsonObject[]
}>

/**
 * Reads an undocumented integration out of its traffic. Throws `recording-unusable` when it is in no protocol that is known
 * or when nothing was created.
 */
export function discover(interactions: readonly Interaction[], options: DiscoveryOptions): Discovery {
  const [id, wire] = wireOf(interactions, options.wires)
  const calls = wire.read(interactions)
  const flow = flowOf(calls, wire.keyField)
  if (flow === undefined) {
    throw new GateError('recording-unusable', 'The traffic creates no document.', {
      hint: 'Record a run of the connector that exports at least one invoice.',
    })
  }
  const side = erpSideOf(flow)
  const pairing =
    options.invoices.length === 0 ? undefined : pairsOf(options.invoices, side.rows, flow.documents.length)
  const rows: readonly ProposedRow[] = pairing === undefined ? side.rows : sourcedRows(side.rows, side.own, pairing)
  const taken = new Set(rows.map(({ path, direction }) => `${direction} ${path}`))
  const used = new Set(rows.flatMap(({ source }) => (source === undefined ? [] : placesIn(source))))
  const lineRows = rows.filter(({ direction, path }) => direction === 'send' && path.split('/*').length === 2)
  const lines = new Set(lineRows.flatMap(({ values }) => values.map(({ document, record }) => `${document}${record}`)))
  return {
    wire: id,
    product: wire.product(interactions, options.urls),
    documentResource: flow.resource,
    documents: flow.documents.length,
    lines: lines.size,
    operations: operationsOf(calls),
    errors: errorKindsOf(calls),
    rows,
    own: side.own.filter(({ path }) => !taken.has(`send ${path}`)),
    dimensions: side.dimensions,
    unread: flow.documents.filter(
      ({ key, after, call }) =>
        call.error === undefined &&
        !after.some(
          ({ kind, resource, ids, answered }) =>
            resource === flow.resource &&
            kind === 'read' &&
            (key === undefined ||
              ids.includes(key) ||
              answered.some((record) => textOf(record[flow.keyField]) === key)),
        ),
    ).length,
    ...(pairing === undefined ? {} : { pairing }),
    unused: pairing === undefined ? [] : unusedPlaces(pairing, used),
  }
}

function wireOf(interactions: readonly Interaction[], wires: ReadonlyMap<string, Wire>): readonly [string, Wire] {
  const counted = [...wires].map(([id, wire]) => ({
    id,
    wire,
    count: interactions.filter((interaction) => wire.recognizes(interaction)).length,
  }))
  counted.sort(
    (left, right) =>
      Number(left.wire.isFallback ?? false) - Number(right.wire.isFallback ?? false) || right.count - left.count,
  )
  // One that knows its own protocol must know most of the traffic; what it does not know are pages and pictures.
  const found = counted.find(({ count }) => count > 0 && count * 2 >= interactions.length)
  if (found !== undefined) return [found.id, found.wire]
  throw new GateError('recording-unusable', 'The traffic is in no protocol that is known.', {
    hint: `It must be one of: ${counted.map(({ wire }) => wire.title).join('; ')}.`,
  })
}

/** Rows with their sources; a value that seemed to follow from another one is a row if an equally named field feeds it. */
function sourcedRows(rows: readonly ErpRow[], own: readonly OwnValue[], pairing: Pairing): readonly ProposedRow[] {
  const sourced = rows.map((row): ProposedRow => {
    const source = sourceOf(row, pairing)
    return source === undefined ? row : { ...row, source }
  })
  const more = own.flatMap(({ kind, field, row }): readonly ProposedRow[] => {
    const source = kind === 'copy' ? undefined : sourceOf(row, pairing)
    if (source === undefined || nameLikeness(source.from.split('/').at(-1) ?? '', field) < 0.8) return []
    return [{ ...row, source }]
  })
  return [
    ...sourced.filter(({ direction }) => direction === 'send'),
    ...more,
    ...sourced.filter(({ direction }) => direction === 'read'),
  ]
}

/** Every place that a source is made of. */
function placesIn({ from, transform }: Source): readonly string[] {
  return [
    from,
    ...(transform?.startsWith('joined') ? [...transform.matchAll(/\/[^\s,"]+/g)].map(([place]) => place) : []),
  ]
}
