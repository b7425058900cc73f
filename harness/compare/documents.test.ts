import { describe, expect, test } from 'vitest'
import { type Json, jsonNumber } from '../base/json.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, StoredDocument } from '../model/snapshot.ts'
import type { Operation } from '../ports/erp.ts'
import type { InvoiceObservation, Observation, OperationObservation, Replayed } from '../ports/observation.ts'
import { agreementOf } from './agreement.ts'
import { compareDocuments } from './documents.ts'

const SCHEMA: ErpSchema = {
  format: 'erp-change-gate/schema',
  version: 1,
  source: { kind: 'tryton-fields-get', inferred: false },
  definitions: {},
  resources: {},
}
const KEY = 'S-104 RE-2026-0815'
const SENT = { party: 'S-104', reference: 'RE-2026-0815', account: '5100' }
const DOCUMENT = { ...SENT, state: 'draft', total: '250.00' }

const accepted = (result: Json = null): Replayed => ({ state: 'accepted', result })
const refusal = (code = 'UserError', message = 'The period is closed.'): Replayed => ({
  state: 'rejected',
  code,
  message,
  raw: [code, [message, '']],
})

let seq = 0
function operation(
  kind: Operation['kind'],
  name: string,
  recorded: Replayed,
  replayed = recorded,
): OperationObservation {
  if (recorded.state === 'not-reached' || recorded.state === 'unresolved') throw new Error('recorded is an answer')
  const resource = name.slice(0, name.lastIndexOf('.'))
  seq += 1
  return {
    seq,
    operation: { kind, name, resource, references: [], sends: [], reads: [], filters: [] },
    recorded,
    replayed,
  }
}
const create = (replayed?: Replayed, recorded = accepted(['invoice 1'])) =>
  operation('create', 'account.invoice.create', recorded, replayed)
const post = (replayed?: Replayed, recorded = accepted()) =>
  operation('transition', 'account.invoice.post', recorded, replayed)
const stage = (
  after: string,
  document: Json = { ...DOCUMENT, state: after === 'post' ? 'posted' : 'draft' },
): DocumentStage => ({
  after,
  outcome: 'accepted',
  document,
})
const refused = (after: string): DocumentStage => ({ after, outcome: 'rejected', error: ['UserError', ['no', '']] })

function invoice(over: Partial<InvoiceObservation> = {}): InvoiceObservation {
  return {
    key: KEY,
    supplier: 'S-104',
    reference: 'RE-2026-0815',
    sent: SENT,
    operations: [create(), post()],
    stages: [stage('create'), stage('post')],
    ...over,
  }
}

function observation(
  invoices: readonly InvoiceObservation[],
  shared: readonly OperationObservation[] = [],
): Observation {
  return {
    identity: {
      product: 'tryton',
      release: '7.0',
      build: '7.0.30',
      environment: 'sandbox',
      proof: '',
      simulated: false,
      principal: 'ap',
    },
    schema: SCHEMA,
    values: {},
    shared,
    invoices,
    byRules: [],
    copies: [],
    leftBehind: [],
  }
}
const stored = (stages: readonly DocumentStage[] = [stage('create'), stage('post')], key = KEY): StoredDocument => ({
  key,
  sent: SENT,
  stages,
})

const meaning = (_: string, field: string) => ({
  class:
    field === 'account'
      ? ('coding' as const)
      : field === 'total'
        ? ('amount' as const)
        : field === 'state'
          ? ('state' as const)
          : ('text' as const),
  assigned: false,
  ...(field === 'reconciliation_lines' ? { unordered: true as const } : {}),
})

function compared(
  invoices: readonly InvoiceObservation[],
  baseline: readonly StoredDocument[] = [stored()],
  shared: readonly OperationObservation[] = [],
) {
  const found = compareDocuments({
    observation: observation(invoices, shared),
    baseline,
    baselineSchema: SCHEMA,
    documentResource: 'account.invoice',
    meaning,
  })
  const told = (differences: typeof found.documents) =>
    differences.map(({ pointer, kind, class: of, loudness, stage: after, seenBy, invoices: keys }) =>
      [pointer, kind, of, loudness, after, seenBy, keys.join()].join(' '),
    )
  return {
    documents: told(found.documents),
    interactions: told(found.interactions),
    uncompared: Object.fromEntries(found.uncompared),
  }
}

describe('an invoice', () => {
  const NONE = { documents: [], interactions: [], uncompared: {} }
  test.each<[string, Partial<InvoiceObservation>, readonly StoredDocument[], Partial<ReturnType<typeof compared>>]>([
    ['is stored as it was', {}, [stored()], {}],
    [
      'is booked to another account after posting, and the ERP said yes',
      { stages: [stage('create'), stage('post', { ...DOCUMENT, state: 'posted', account: '5900' })] },
      [stored()],
      { documents: [`/account defaulted coding silent post gate ${KEY}`] },
    ],
    [
      'is refused at create',
      {
        operations: [create(refusal()), post({ state: 'not-reached', because: 'create was rejected' })],
        stages: [refused('create')],
      },
      [stored()],
      { documents: [`/create refused state loud create connector ${KEY}`] },
    ],
    [
      'is refused at post',
      { operations: [create(), post(refusal())], stages: [stage('create'), refused('post')] },
      [stored()],
      { documents: [`/post refused state loud post connector ${KEY}`] },
    ],
    [
      'needs a confirmation that it did not need',
      {
        operations: [create(), post({ state: 'needs-ack', code: 'UserWarning similar', message: 'Similar invoice' })],
        stages: [stage('create'), refused('post')],
      },
      [stored()],
      { documents: [`/post refused state loud post connector ${KEY}`] },
    ],
    [
      'that was refused is accepted',
      { operations: [create(accepted(['invoice 1']), refusal())], stages: [stage('create')] },
      [stored([refused('create')])],
      { documents: [`/create accepted state loud create connector ${KEY}`] },
    ],
    [
      'is refused as it was',
      { operations: [create(refusal(), refusal())], stages: [refused('create')] },
      [stored([refused('create')])],
      {},
    ],
    [
      'is refused with another code',
      { operations: [create(refusal('AccessError'), refusal())], stages: [refused('create')] },
      [stored([refused('create')])],
      { documents: [`/create coerced text loud create connector ${KEY}`] },
    ],
    [
      'names an account that could not be found',
      {
        operations: [create({ state: 'unresolved', because: 'account.account "5100" was not found in the target' })],
        stages: [],
      },
      [stored()],
      { documents: [`/create refused coding loud create connector ${KEY}`] },
    ],
    [
      'is not in the baseline',
      {},
      [],
      { uncompared: { [KEY]: 'the baseline snapshot has no document of this invoice' } },
    ],
    [
      'is in the baseline only as far as its draft',
      {},
      [stored([stage('create')])],
      { uncompared: { [KEY]: 'the baseline snapshot has no document after post' } },
    ],
    [
      'is refused in the baseline though the recording was accepted',
      {},
      [stored([stage('create'), refused('post')])],
      { uncompared: { [KEY]: 'the baseline snapshot has no document after post' } },
    ],
    [
      'was not read back after posting',
      { stages: [stage('create')] },
      [stored()],
      { uncompared: { [KEY]: 'the document after post was not read back' } },
    ],
    [
      'was read back as nothing',
      { stages: [stage('create'), stage('post', null)] },
      [stored()],
      { uncompared: { [KEY]: 'the document after post was not read back' } },
    ],
    [
      'was not reached when the connection failed',
      {
        operations: [
          create({ state: 'fault', code: 'http-502', message: 'Bad Gateway' }),
          post({ state: 'not-reached', because: 'the connection failed at interaction 3' }),
        ],
        stages: [],
      },
      [stored()],
      { uncompared: { [KEY]: 'the document after post was not read back' } },
    ],
    ['was not sent, because a search found it', { operations: [] }, [], {}],
  ])('%s', (name, over, baseline, expected) => {
    const { sent: _, ...unsent } = invoice(over)
    expect(compared([name.startsWith('was not sent') ? unsent : invoice(over)], baseline)).toEqual({
      ...NONE,
      ...expected,
    })
  })

  test('that is corrected twice is compared each time with the same correction', () => {
    const write = () => operation('transition', 'account.invoice.write', accepted())
    const [one, two] = [
      stage('write', { ...DOCUMENT, total: '260.00' }),
      stage('write', { ...DOCUMENT, total: '270.00' }),
    ]
    const both = invoice({ operations: [create(), write(), write()], stages: [stage('create'), one, two] })
    expect(compared([both], [stored([stage('create'), one, two])])).toEqual(NONE)
    const wrong = { ...both, stages: [stage('create'), one, stage('write', { ...DOCUMENT, total: '280.00' })] }
    expect(compared([wrong], [stored([stage('create'), one, two])]).documents).toEqual([
      `/total coerced amount silent write gate ${KEY}`,
    ])
  })

  test('that differs says nothing about another one', () => {
    const other = 'S-105 GS-77'
    const both = [
      invoice({ stages: [stage('create', { ...DOCUMENT, total: '1.00' }), stage('post')] }),
      invoice({ key: other, stages: [stage('create'), stage('post')] }),
    ]
    expect(compared(both, [stored(), stored(undefined, other)]).documents).toEqual([
      `/total coerced amount silent create gate ${KEY}`,
    ])
  })
})

describe('an answer to the connector', () => {
  const search = (name: string, before: Json, now: Json, kind: Operation['kind'] = 'lookup') =>
    operation(kind, name, accepted(before), accepted(now))
  const lookup = (...found: OperationObservation[]) => compared([invoice()], [stored()], found).interactions

  test.each<[string, OperationObservation, string[]]>([
    ['the same supplier', search('party.party.search', ['S-104'], ['S-104']), []],
    [
      'another open period in the place of the first',
      search('account.period.search', ['2026-10'], ['2026-11']),
      ['/found coerced coding silent'],
    ],
    ['no supplier any more', search('party.party.search', ['S-104'], []), ['/found absent coding silent']],
    ['a second supplier', search('party.party.search', ['S-104'], ['S-104', 'S-204']), ['/found extra coding silent']],
    ['another order', search('party.party.search', ['S-1', 'S-2'], ['S-2', 'S-1']), ['/found reordered coding silent']],
    [
      'another account of the same type: one is lost and another is found',
      search('account.account.search_read', [{ id: '5100', type: 'expense' }], [{ id: '5200', type: 'expense' }]),
      ['/found absent coding silent', '/found extra coding silent'],
    ],
    [
      'another count',
      search('party.party.search_count', jsonNumber(1), jsonNumber(2)),
      ['/result coerced coding silent'],
    ],
    [
      'a search for the invoice itself that finds one',
      search('account.invoice.search', [], ['invoice 1 found'], 'find'),
      ['/found extra identity silent'],
    ],
    [
      'a count of the invoice itself that finds one',
      search('account.invoice.search_count', jsonNumber(0), jsonNumber(1), 'find'),
      ['/result coerced identity silent'],
    ],
    [
      'preferences with another language',
      search('res.user.get_preferences', { language: 'en' }, { language: 'nb' }),
      ['/language coerced text silent'],
    ],
    [
      'a refusal',
      operation('lookup', 'party.party.search', accepted(['S-104']), refusal('KeyError', 'lang')),
      ['/search refused state loud'],
    ],
    [
      'what used to be refused',
      operation('lookup', 'party.party.search', refusal(), accepted(['S-104'])),
      ['/search accepted state loud'],
    ],
    [
      'a fault of the connection is no difference',
      operation('lookup', 'party.party.search', accepted([]), { state: 'fault', code: 'http-500', message: '' }),
      [],
    ],
  ])('%s', (_, answer, expected) => {
    expect(lookup(answer).map((text) => text.split(' ').slice(0, 4).join(' '))).toEqual(expected)
  })

  test('is about the invoices that use what was found, or about all', () => {
    const other = invoice({ key: 'S-105 GS-77', sent: { party: 'S-105', reference: 'GS-77', account: '5200' } })
    const keys = (found: OperationObservation) =>
      compareDocuments({
        observation: observation([invoice(), other], [found]),
        baseline: [stored(), stored(undefined, 'S-105 GS-77')],
        baselineSchema: SCHEMA,
        documentResource: 'account.invoice',
        meaning,
      }).interactions.map(({ invoices }) => invoices)
    expect(keys(search('party.party.search', ['S-105'], []))).toEqual([['S-105 GS-77']])
    expect(keys(search('account.period.search', ['2026-10'], []))).toEqual([[KEY, 'S-105 GS-77']])
  })
})

describe('agreement of mocked API and sandbox', () => {
  const agree = (mock: InvoiceObservation, sandbox: InvoiceObservation | undefined) =>
    agreementOf(observation([mock]), observation(sandbox === undefined ? [] : [sandbox]), 'account.invoice', meaning)

  test('is whole when both say the same', () => {
    const found = agree(invoice(), invoice())
    expect(found.disagreements).toEqual([])
    expect([found.compared, found.agreed]).toEqual([13, 13])
  })

  test.each<[string, Partial<InvoiceObservation>, string[]]>([
    [
      'a stored value',
      { stages: [stage('create', { ...DOCUMENT, total: '250.01' }), stage('post')] },
      ['create /total 250.00 250.01'],
    ],
    [
      'a refusal',
      { operations: [create(), post(refusal())], stages: [stage('create')] },
      [
        'account.invoice.post  accepted rejected: UserError',
        'post /account 5100 null',
        'post /party S-104 null',
        'post /reference RE-2026-0815 null',

        'post /state posted null',
        'post /total 250.00 null',
      ],
    ],
    [
      'a field that only the sandbox has',
      { stages: [stage('create', { ...DOCUMENT, agent: 'A-1' }), stage('post')] },
      ['create /agent null A-1'],
    ],
  ])('%s is listed by invoice, stage and field', (_, over, expected) => {
    const found = agree(invoice(), invoice(over))
    expect(
      found.disagreements.map(({ stage: at, pointer, mock, sandbox }) => `${at} ${pointer} ${mock} ${sandbox}`),
    ).toEqual(expected.filter((text) => !text.includes('/result')))
    expect(found.disagreements.every((each) => each.invoice === KEY)).toBe(true)
    expect(found.agreed).toBe(found.compared - found.disagreements.length)
    expect(found.agreed).toBeGreaterThanOrEqual(0)
  })

  test.each<[string, string, readonly string[], string[]]>([
    ['rows that the ERP keeps in no order', 'reconciliation_lines', ['5100', '4010'], []],
    [
      'another row among them',
      'reconciliation_lines',
      ['5100', '4020'],
      ['/reconciliation_lines/0', '/reconciliation_lines/0'],
    ],
    ['a row less', 'reconciliation_lines', ['5100'], ['/reconciliation_lines/0']],
    ['the lines of an invoice, which have an order', 'lines', ['5100', '4010'], ['/lines']],
  ])('%s', (_, field, accounts, expected) => {
    const rows = (codes: readonly string[]) =>
      invoice({ operations: [], stages: [stage('create', { [field]: codes.map((account) => ({ account })) })] })
    const found = agree(rows(['4010', '5100']), rows(accounts))
    expect(found.disagreements.map(({ pointer }) => pointer)).toEqual(expected)
  })

  test('never falls below nothing, though the sandbox has more rows than the mock', () => {
    const rows = (count: number) =>
      stage('create', { lines: Array.from({ length: count }, (_, at) => ({ account: `5${at}` })) })
    const found = agree(invoice({ operations: [], stages: [rows(0)] }), invoice({ operations: [], stages: [rows(5)] }))
    expect([found.compared, found.agreed, found.disagreements.length]).toEqual([5, 0, 5])
  })

  test('an invoice that the sandbox never had disagrees in everything', () => {
    const found = agree(invoice(), undefined)
    expect(found.agreed).toBe(0)
    expect(found.disagreements.length).toBeGreaterThan(0)
  })
})
