import { describe, expect, test } from 'vitest'
import { type Json, jsonNumber } from '../base/json.ts'
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
    operation: operation('create', 'create', { sends: places.map((place) => ({ ...place, resource: 'bill.line' })) }),
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
