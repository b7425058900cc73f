import { beforeAll, describe, expect, test } from 'vitest'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { compareDocuments, type DocumentComparison } from '../compare/documents.ts'
import type { StoredDocument } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { InvoiceObservation, Observation } from '../ports/observation.ts'
import { NO_SCHEMA, recordingOf, SMALL_ERP, SmallErp } from '../replay/fixtures/small-erp.ts'
import { noJournal } from '../replay/journal.ts'
import { replay } from '../replay/replay.ts'
import { readControl } from './control.ts'
import { type Rehearsable, rehearse } from './run.ts'

/** Invoices in the batch; each is a copy of a recorded one under a reference of its own. */
const INVOICES = 1000

let control: Rehearsable
let observation: Observation
let baseline: readonly StoredDocument[]
beforeAll(async () => {
  control = await readControl('scenarios/tryton-ap', 'snapshots')
  const { asIs: replayed } = await rehearse(control)
  const sent = replayed.observation.invoices.filter((invoice) => invoice.sent !== undefined)
  const stored = new Map(control.baseline.documents.map((document) => [document.key, document]))
  const invoices: InvoiceObservation[] = []
  const documents: StoredDocument[] = []
  for (let nth = 0; nth < INVOICES; nth++) {
    const invoice = sent[nth % sent.length]
    const document = stored.get(invoice?.key ?? '')
    if (invoice === undefined || document === undefined)
      throw new Error('the sample holds an invoice without a document')
    const key = `${invoice.key} #${nth}`
    invoices.push({ ...invoice, key })
    documents.push({ ...document, key })
  }
  observation = { ...replayed.observation, invoices, copies: [] }
  baseline = documents
}, 120_000)

function compared(invoices: readonly InvoiceObservation[]): DocumentComparison {
  return compareDocuments({
    observation: { ...observation, invoices },
    baseline,
    baselineSchema: control.baseline.schema,
    documentResource: control.adapter.documentResource,
    meaning: control.adapter.meaning,
  })
}

/** One invoice of the batch, as the candidate stored it in the end. */
function spoiled(at: number, change: (document: JsonObject) => Json): readonly InvoiceObservation[] {
  return observation.invoices.map((invoice, index) =>
    index !== at
      ? invoice
      : {
          ...invoice,
          stages: invoice.stages.map((stage, nth) =>
            nth === invoice.stages.length - 1 && isJsonObject(stage.document)
              ? { ...stage, document: change(stage.document) }
              : stage,
          ),
        },
  )
}

const rows = (value: Json | undefined): readonly JsonObject[] => (isJsonArray(value) ? value.filter(isJsonObject) : [])

test('a thousand invoices that came out as before differ in nothing', () => {
  const { documents, interactions, uncompared } = compared(observation.invoices)
  expect([documents, interactions, uncompared.size]).toEqual([[], [], 0])
})

describe('one of a thousand invoices is wrong, and is named', () => {
  test.each([
    ['the total is a cent more', 0, centMore, 'rounding'],
    [
      'a line has no department',
      499,
      (invoice: JsonObject) => ({
        ...invoice,
        lines: rows(invoice.lines).map((line) => ({ ...line, analytic_accounts: [] })),
      }),
      'amount',
    ],
    [
      'the last line is lost',
      777,
      (invoice: JsonObject) => ({ ...invoice, lines: rows(invoice.lines).slice(0, -1) }),
      'amount',
    ],
    ['the state is draft', 998, (invoice: JsonObject) => ({ ...invoice, state: 'draft' }), 'state'],
    ['the supplier is another', 999, (invoice: JsonObject) => ({ ...invoice, party: 'SUP-9999' }), 'coding'],
  ])('%s', (_, at, change, meaning) => {
    const invoice = observation.invoices[at]
    const { documents, interactions, uncompared } = compared(spoiled(at, change))
    expect([...new Set(documents.flatMap((difference) => difference.invoices))]).toEqual([invoice?.key])
    expect(new Set(documents.map((difference) => difference.class))).toEqual(new Set([meaning]))
    expect([interactions, uncompared.size]).toEqual([[], 0])
  })

  test('its document was not read back', () => {
    const invoices = observation.invoices.map((invoice, index) =>
      index === 321 ? { ...invoice, stages: invoice.stages.slice(0, -1) } : invoice,
    )
    expect([...compared(invoices).uncompared]).toEqual([
      [observation.invoices[321]?.key, 'the document after post was not read back'],
    ])
  })

  test('it is there twice', () => {
    const key = observation.invoices[640]?.key ?? ''
    const copies = observation.invoices.map((invoice) => ({
      invoices: [invoice.key],
      expected: 1,
      found: invoice.key === key ? 2 : 1,
    }))
    const found = compareDocuments({
      observation: { ...observation, copies },
      baseline,
      baselineSchema: control.baseline.schema,
      documentResource: control.adapter.documentResource,
      meaning: control.adapter.meaning,
    })
    expect(found.copies.map(({ invoices, baseline: expected, candidate }) => [invoices, expected, candidate])).toEqual([
      [[key], '1', '2'],
    ])
  })
})

function centMore(invoice: JsonObject): Json {
  const total = typeof invoice.total_amount === 'string' ? invoice.total_amount : '0.00'
  const cents = BigInt(total.replace('.', '')) + 1n
  return { ...invoice, total_amount: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}` }
}

describe('one of a thousand invoices is replayed wrong, and is named at any concurrency and any sharding', () => {
  const SUPPLIERS = Array.from({ length: 40 }, (_, nth) => `S-${100 + nth}`)
  const EXPORTS = Array.from({ length: INVOICES }, (_, nth) => ({
    supplier: SUPPLIERS[nth % SUPPLIERS.length] ?? '',
    reference: `RE-2026-${nth}`,
    amount: `${100 + nth}.35`,
  }))
  const WRONG = EXPORTS[617] ?? { supplier: '', reference: '' }
  const recording = recordingOf(EXPORTS, new SmallErp({ firstId: 1, suppliers: SUPPLIERS }))

  const IDENTITY = {
    product: 'small',
    release: '1.0',
    build: '1.0',
    environment: 'sandbox',
    proof: '',
    simulated: true,
    principal: 'ap_connector',
  } as const

  /** Replays in parts, each against a sandbox of its own, and puts the invoices together in recorded order. */
  const replayed = async (concurrency: number, shards: number, spoils: string): Promise<Observation> => {
    const parts: Observation[] = []
    for (let index = 1; index <= shards; index++) {
      const session = new SmallErp({ firstId: 5000, suppliers: SUPPLIERS }).session()
      parts.push(
        await replay({
          recording,
          adapter: SMALL_ERP as ErpAdapter,
          session: {
            ...session,
            readBack: async (id, schema, values) => {
              const stored = await session.readBack(id, schema, values)
              const document = stored?.document
              if (stored === undefined || !isJsonObject(document) || document.reference !== spoils) return stored
              return { ...stored, document: { ...document, amount: '717.40' } }
            },
          },
          recordedSchema: NO_SCHEMA,
          schema: NO_SCHEMA,
          values: {},
          identity: IDENTITY,
          plan: [],
          journal: noJournal,
          runTag: '',
          removePosted: false,
          concurrency,
          shard: { index, count: shards },
        }),
      )
    }
    const [first] = parts
    if (first === undefined) throw new Error('no shard was replayed')
    const places = new Map(EXPORTS.map(({ supplier, reference }, place) => [`${supplier} ${reference}`, place]))
    const invoices = parts
      .flatMap((part) => part.invoices)
      .sort((left, right) => (places.get(left.key) ?? 0) - (places.get(right.key) ?? 0))
    return { ...first, invoices }
  }

  let stored: readonly StoredDocument[] = []
  beforeAll(async () => {
    const { invoices } = await replayed(1, 1, '')
    stored = invoices.map(({ key, sent = null, stages }) => ({ key, sent, stages }))
  })

  test.each([
    [1, 1],
    [4, 1],
    [16, 1],
    [1, 8],
    [16, 8],
  ])('%i at a time in %i shards', async (concurrency, shards) => {
    const observed = await replayed(concurrency, shards, WRONG.reference)
    expect(observed.invoices).toHaveLength(INVOICES)
    const found = compareDocuments({
      observation: observed,
      baseline: stored,
      baselineSchema: NO_SCHEMA,
      documentResource: 'invoice',
      meaning: (_, field) => ({ class: field === 'amount' ? 'amount' : 'text', assigned: false }),
    })
    expect(found.documents.map(({ invoices, pointer, stage }) => [invoices, pointer, stage])).toEqual(
      ['create', 'post'].map((stage) => [[`${WRONG.supplier} ${WRONG.reference}`], '/amount', stage]),
    )
    expect([found.interactions, found.uncompared.size]).toEqual([[], 0])
  })
})
