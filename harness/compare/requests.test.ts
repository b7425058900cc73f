import { describe, expect, test } from 'vitest'
import { type Json, jsonNumber } from '../base/json.ts'
import { REMOVED } from '../model/recording.ts'
import type { Operation } from '../ports/erp.ts'
import type { RequestPair, SentRequest } from '../ports/observation.ts'
import { compareRequests } from './requests.ts'

const KEY = 'S-104 RE-2026-0815'
const known = {
  meaning: (_: string, field: string) => ({
    class: field === 'account' ? ('coding' as const) : field === 'price' ? ('amount' as const) : ('text' as const),
    assigned: false,
  }),
  relation: (_: string, field: string) => (field === 'lines' ? 'bill.line' : undefined),
}

const operation = (kind: Operation['kind'], name: string, over: Partial<Operation> = {}): Operation => ({
  kind,
  name: `bill.${name}`,
  resource: 'bill',
  references: [],
  sends: [],
  reads: [],
  filters: [],
  ...over,
})

type Line = Readonly<Record<string, Json>>

/** The create of a cleaning bill with these lines. */
function create(lines: readonly Line[]): SentRequest {
  const places = lines.flatMap((line, index) =>
    Object.entries(line).map(([field, value]) => ({ pointer: `/lines/${index}/${field}`, field, value })),
  )
  return {
    operation: operation('create', 'create', {
      sends: [
        { pointer: '/lines', resource: 'bill', field: 'lines', value: lines },
        ...places.map((place) => ({ ...place, resource: 'bill.line' })),
      ],
    }),
    values: new Map(places.map(({ pointer, value }) => [pointer, value])),
    sent: { lines },
  }
}

const asked = (request: Operation, values: Readonly<Record<string, Json>> = {}): SentRequest => ({
  operation: request,
  values: new Map(Object.entries(values)),
})

const CLEANING = { account: '5100', price: '12.50', text: 'Rengøring' }
const WASTE = { account: '5200', price: '80.00', text: 'Affald' }

const told = (pair: Omit<RequestPair, 'invoices'>) => {
  const { requests, inquiries } = compareRequests([{ invoices: [KEY], ...pair }], known)
  const row = ({ kind, class: about, resource, pointer, baseline, candidate }: (typeof requests)[number]) =>
    `${kind} ${about} ${resource}${pointer}: ${baseline} → ${candidate}`
  return { requests: requests.map(row), inquiries: inquiries.map(row) }
}

describe('what an invoice is created with', () => {
  test.each<[string, readonly Line[], readonly string[]]>([
    ['the same', [CLEANING, WASTE], []],
    ['the same amount, written otherwise', [{ ...CLEANING, price: '12.5' }, WASTE], []],
    ['another account', [{ ...CLEANING, account: '5900' }, WASTE], ['coerced coding bill.line/account: 5100 → 5900']],
    [
      'an amount as a number',
      [{ ...CLEANING, price: jsonNumber('12.50') }, WASTE],
      ['coerced amount bill.line/price: string 12.50 → number 12.50'],
    ],
    [
      'an amount that went through a float',
      [{ ...CLEANING, price: '12.500000000000002' }, WASTE],
      ['rounded rounding bill.line/price: 12.50 → 12.500000000000002'],
    ],
    ['no text', [{ account: '5100', price: '12.50' }, WASTE], ['absent text bill.line/text: Rengøring → null']],
    ['a line less', [CLEANING], ['absent amount bill/lines: account 5200, price 80.00, text Affald → null']],
    [
      'a line twice',
      [CLEANING, WASTE, WASTE],
      ['extra amount bill/lines: null → account 5200, price 80.00, text Affald'],
    ],
  ])('%s', (_, lines, expected) => {
    expect(told({ recorded: create([CLEANING, WASTE]), run: create(lines) })).toEqual({
      requests: expected,
      inquiries: [],
    })
  })
})

describe('what stands around the document of a create', () => {
  const withPlaces = (request: SentRequest, places: Readonly<Record<string, Json>>): SentRequest => ({
    ...request,
    values: new Map([...request.values, ...Object.entries(places)]),
  })
  const around = { 'query:company': '1', 'header:idempotency-key': 'sent', '/options/autoPost': false }
  const recorded = withPlaces(create([CLEANING]), around)

  test.each<[string, SentRequest, readonly string[]]>([
    ['the same', recorded, []],
    [
      'another company',
      withPlaces(create([CLEANING]), { ...around, 'query:company': '2' }),
      ['coerced coding bill/query/company: 1 → 2'],
    ],
    [
      'another option',
      withPlaces(create([CLEANING]), { ...around, '/options/autoPost': true }),
      ['coerced coding bill/options/autoPost: false → true'],
    ],
    [
      'one option more',
      withPlaces(recorded, { 'query:dryRun': 'true' }),
      ['defaulted coding bill/query/dryRun: null → true'],
    ],
    [
      'an option more that says nothing',
      withPlaces(recorded, { '/context/_skip_warnings': [] }),
      ['coerced coding bill/context/_skip_warnings: null → []'],
    ],
    [
      'no idempotency key',
      withPlaces(create([CLEANING]), { 'query:company': '1', '/options/autoPost': false }),
      ['absent coding bill/header/idempotency-key: sent → null'],
    ],
    [
      'a line twice, which is told once',
      withPlaces(create([CLEANING, CLEANING]), around),
      ['extra amount bill/lines: null → account 5100, price 12.50, text Rengøring'],
    ],
    [
      'no document that can be read',
      { ...recorded, sent: null },
      ['coerced state bill/create: a document → no document that can be read'],
    ],
  ])('%s', (_, run, expected) => {
    expect(told({ recorded, run }).requests).toEqual(expected)
  })

  test('headers of which only the presence is compared are counted', () => {
    const key = { ...around, 'header:x-company': 'ACME', 'header:x-trace': 'sent' }
    const known = { meaning: () => ({ class: 'text', assigned: false }) as const, relation: () => undefined }
    const counted = (run: SentRequest) =>
      compareRequests([{ recorded: withPlaces(create([CLEANING]), key), run, invoices: [] }], known).headerValuesUnread
    expect(counted(withPlaces(create([CLEANING]), key))).toBe(2)
    expect(counted(recorded)).toBe(1)
  })

  test('a second document beside it is told', () => {
    const [first, second] = [{ account: '5100' }, { account: '5200' }]
    const batch = (...records: readonly Line[]): SentRequest => {
      const uses = records.flatMap((record, index) =>
        Object.entries(record).map(([field, value]) => ({
          pointer: `/params/0/${index}/${field}`,
          resource: 'bill',
          field,
          value,
        })),
      )
      return {
        operation: operation('create', 'create', { sends: uses }),
        values: new Map(uses.map(({ pointer, value }) => [pointer, value])),
        sent: first,
      }
    }
    expect(told({ recorded: batch(first), run: batch(first, second) }).requests).toEqual([
      'defaulted coding bill/account: null → 5200',
    ])
  })

  test('of a secret that was removed from the recording, the presence is compared, and no value is told', () => {
    const before = withPlaces(create([CLEANING]), { '/token': REMOVED })
    expect(told({ recorded: before, run: withPlaces(create([CLEANING]), { '/token': 'k9-Zebra' }) }).requests).toEqual(
      [],
    )
    expect(told({ recorded: before, run: create([CLEANING]) }).requests).toEqual([
      'absent coding bill/token: <removed> → null',
    ])
  })
})

describe('every other request', () => {
  const find = operation('find', 'find', {
    filters: [{ pointer: 'query:reference', resource: 'bill', field: 'reference', value: 'RE-1' }],
  })
  const read = (fields: readonly string[]) =>
    operation('read', 'read', { reads: fields.map((field) => ({ pointer: `/${field}`, resource: 'bill', field })) })

  test.each<[string, Omit<RequestPair, 'invoices'>, readonly string[], readonly string[]]>([
    [
      'a post that is not made',
      { recorded: asked(operation('transition', 'post')) },
      ['absent state bill/post: sent → not sent'],
      [],
    ],
    ['a second create', { run: create([CLEANING]) }, ['extra state bill/create: not sent → sent'], []],
    ['a search that is left out', { recorded: asked(find) }, ['absent identity bill/find: sent → not sent'], []],
    ['a read that is left out', { recorded: asked(read([])) }, [], ['absent text bill/read: sent → not sent']],
    [
      'another literal that is searched for',
      {
        recorded: asked(find, { 'query:reference': 'RE-1', 'query:state': 'all' }),
        run: asked(find, { 'query:reference': 'RE-1', 'query:state': 'open' }),
      },
      ['coerced coding bill/query/state: all → open'],
      [],
    ],
    [
      'a field that is read in addition',
      { recorded: asked(read(['total'])), run: asked(read(['total', 'agent'])) },
      [],
      ['extra text bill/agent: not read → read'],
    ],
    [
      'another record that is read',
      { recorded: asked(read([]), { '/0': 'invoice 1' }), run: asked(read([]), { '/0': 'invoice 2' }) },
      [],
      ['coerced coding bill/0: invoice 1 → invoice 2'],
    ],
    ['another log-in', { run: asked(operation('session', 'login')) }, [], []],
  ])('%s', (_, pair, requests, inquiries) => {
    expect(told(pair)).toEqual({ requests, inquiries })
  })
})
