import { describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { jsonNumber } from '../base/json.ts'
import type { PlanOperation } from '../model/plan.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter, Session } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { decodeRecording } from './chains.ts'
import { type Behavior, type Export, NO_SCHEMA, recordingOf, SMALL_ERP, SmallErp } from './fixtures/small-erp.ts'
import { noJournal, type Past } from './journal.ts'
import { replay } from './replay.ts'

const EXPORTS: readonly Export[] = [
  { supplier: 'S-104', reference: 'RE-1' },
  { supplier: 'S-105', reference: 'RE-2', amount: '1250.40' },
  { supplier: 'S-104', reference: 'GS-3', amount: '-100.10' },
]
// The replay asks no more of an adapter than these members.
const ADAPTER = SMALL_ERP as ErpAdapter

async function replayed(
  recording: SanitizedRecording,
  behavior: Partial<Behavior> = {},
  options: Readonly<{
    plan?: readonly PlanOperation[]
    removePosted?: boolean
    session?: (own: Session) => Session
    adapter?: Partial<ErpAdapter>
    past?: Partial<Past>
    jobWithin?: number
  }> = {},
): Promise<{ erp: SmallErp; observation: Observation; log: readonly string[] }> {
  const erp = new SmallErp({ firstId: 900, ...behavior })
  const log: string[] = []
  const own = erp.session()
  const session: Session = {
    ...own,
    send: async (request, readsOnly) => {
      try {
        return await own.send(request, readsOnly)
      } finally {
        log.push(`sent ${erp.requests.at(-1)}`)
      }
    },
  }
  const observation = await replay({
    recording,
    adapter: { ...ADAPTER, ...options.adapter },
    session: options.session?.(session) ?? session,
    recordedSchema: NO_SCHEMA,
    schema: NO_SCHEMA,
    values: {},
    identity: {
      product: 'small',
      release: '2.0',
      build: '2.0',
      environment: 'sandbox',
      proof: '',
      simulated: false,
      principal: 'ap',
    },
    plan: options.plan ?? [],
    journal: {
      ...noJournal,
      past: { ...noJournal.past, ...options.past },
      announce: async ({ invoice, what }) => {
        log.push(`journal ${invoice}: about to ${what}`)
      },
      answered: (seq) => {
        log.push(`journal: interaction ${seq} is answered`)
      },
      announceRemoval: async (invoice, id) => {
        log.push(`journal ${invoice}: about to remove ${id}`)
      },
      removed: (invoice, id, how) => {
        log.push(`journal ${invoice}: ${how} ${id}`)
      },
    },
    timing: { settle: 0, pause: 1, poll: 1, jobWithin: options.jobWithin ?? 20 },
    runTag: '',
    removePosted: options.removePosted ?? false,
  })
  return { erp, observation, log }
}

const states = ({ invoices }: Observation) =>
  Object.fromEntries(
    invoices.map(({ key, operations }) => [key, operations.map(({ replayed: { state } }) => state).join(' ')]),
  )
const WHOLE = 'accepted accepted accepted accepted'

describe('a replay that goes well', () => {
  test('sends every operation once, with the ids of the target, and sees what it stored', async () => {
    const { erp, observation } = await replayed(recordingOf(EXPORTS))
    expect(erp.requests).toEqual([
      'lookup S-104',
      'lookup S-105',
      'find RE-1',
      'create RE-1',
      'post 900',
      'read 900',
      'find RE-2',
      'create RE-2',
      'post 901',
      'read 901',
      'find GS-3',
      'create GS-3',
      'post 902',
      'read 902',
    ])
    expect(states(observation)).toEqual({ 'S-104 RE-1': WHOLE, 'S-105 RE-2': WHOLE, 'S-104 GS-3': WHOLE })
    expect(observation.invoices[1]).toMatchObject({
      id: '901',
      sent: { supplier: 'S-105', reference: 'RE-2', amount: '1250.40' },
      stages: [
        { after: 'create', outcome: 'accepted', document: { reference: 'RE-2', amount: '1250.40', state: 'draft' } },
        { after: 'post', outcome: 'accepted', document: { reference: 'RE-2', amount: '1250.40', state: 'posted' } },
      ],
    })
    expect(observation.fault).toBeUndefined()
    expect([...erp.documents.values()].map(({ supplier }) => supplier)).toEqual([9000, 9001, 9000])
  })

  test('compares as equal what was recorded and what was answered', async () => {
    const { observation } = await replayed(recordingOf(EXPORTS))
    for (const { operations } of [{ operations: observation.shared }, ...observation.invoices]) {
      for (const { recorded, replayed: now } of operations) expect(now).toEqual(recorded)
    }
  })

  test('never sends a recorded log-in', async () => {
    const { erp, observation } = await replayed(recordingOf(EXPORTS))
    expect(erp.requests.some((request) => request.startsWith('login'))).toBe(false)
    expect(observation.shared[0]?.replayed).toEqual(observation.shared[0]?.recorded)
  })
})

describe('a refusal in the middle', () => {
  test.each<[string, Partial<Behavior>, string]>([
    ['at create', { refuses: ['create RE-2'] }, 'accepted rejected not-reached not-reached'],
    ['at post', { refuses: ['post RE-2'] }, 'accepted accepted rejected not-reached'],
    ['at read, which stops nothing', { refuses: ['read RE-2'] }, 'accepted accepted accepted rejected'],
    ['by a question', { warns: ['post RE-2'] }, 'accepted accepted needs-ack not-reached'],
  ])('%s shifts the ids of what follows and makes nothing false after it', async (_, behavior, states2) => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), behavior)
    expect(states(observation)).toEqual({ 'S-104 RE-1': WHOLE, 'S-105 RE-2': states2, 'S-104 GS-3': WHOLE })
    const [, , last] = observation.invoices
    for (const { recorded, replayed: now } of last?.operations ?? []) expect(now).toEqual(recorded)
    expect(last?.stages.at(-1)?.document).toEqual({ reference: 'GS-3', amount: '-100.10', state: 'posted' })
    expect([...erp.documents.values()].at(-1)?.reference).toBe('GS-3')
    expect(observation.fault).toBeUndefined()
  })

  test('that was recorded and is repeated goes on as recorded', async () => {
    const recording = recordingOf(EXPORTS, new SmallErp({ firstId: 1, refuses: ['post RE-2'] }))
    const { observation } = await replayed(recording, { refuses: ['post RE-2'] })
    expect(states(observation)['S-105 RE-2']).toBe('accepted accepted rejected')
  })

  test('that was recorded and is none any more is seen as accepted', async () => {
    const recording = recordingOf(EXPORTS, new SmallErp({ firstId: 1, refuses: ['create RE-2'] }))
    const { observation } = await replayed(recording)
    expect(states(observation)['S-105 RE-2']).toBe('accepted accepted')
    expect(observation.invoices[1]?.stages).toMatchObject([{ after: 'create', outcome: 'accepted' }])
  })
})

describe('a fault of the connection', () => {
  // Calls: two look-ups, then four per invoice; the second invoice is created by the eighth.
  test.each<[string, Partial<Behavior>, string]>([
    ['no answer', { silentAt: 8 }, 'target-unreachable'],
    ['a gateway error', { statusAt: { 8: 502 } }, 'http-502'],
    ['a lapsed credential', { statusAt: { 8: 401 } }, 'http-401'],
    ['a job that is not done', { pendingAt: 8 }, 'pending'],
  ])('%s ends the replay as a fault and never as a rejection', async (_, behavior, code) => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), behavior)
    expect(observation.fault).toMatchObject({ seq: 9, code, at: 'invoice.create' })
    expect(states(observation)).toEqual({
      'S-104 RE-1': WHOLE,
      'S-105 RE-2': 'accepted fault not-reached not-reached',
      'S-104 GS-3': 'not-reached not-reached not-reached not-reached',
    })
    // A write whose answer is lost is tried again, once the target has shown that it was not done; nothing else is sent.
    expect(new Set(erp.requests.slice(7))).toEqual(new Set(['create RE-2']))
    const all = observation.invoices.flatMap(({ operations }) => operations.map(({ replayed: { state } }) => state))
    expect(all).not.toContain('rejected')
  })

  test('in a look-up asks nothing more', async () => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), { silentAt: 1 })
    expect(erp.requests).toEqual(['lookup S-104'])
    expect(new Set(Object.values(states(observation)))).toEqual(
      new Set(['not-reached not-reached not-reached not-reached']),
    )
  })

  test('while a document is read back is a fault, and the document has no stage', async () => {
    const { observation } = await replayed(
      recordingOf(EXPORTS),
      {},
      {
        session: (own) => ({ ...own, readBack: async (id) => own.readBack(id, NO_SCHEMA, {}).then(failOn901(id)) }),
      },
    )
    expect(observation.fault).toMatchObject({ code: 'target-fault', at: 'invoice.create' })
    expect(observation.invoices[1]?.stages).toEqual([])
  })

  test('while a document is created lists it as possibly stored', async () => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), { silentAt: 8 }, { removePosted: true })
    expect(observation.leftBehind).toEqual([
      { invoice: 'S-105 RE-2', id: 'unknown', why: expect.stringContaining('may be stored') },
    ])
    expect(erp.removed).toEqual(['RE-1'])
  })
})

describe('a write that the ERP does later', () => {
  const done = { status: 200, headers: {}, body: { json: { result: jsonNumber(901) } } }

  test('is asked for until it is done, and what follows is of the document that it made', async () => {
    let asked = 0
    const { observation, erp } = await replayed(
      recordingOf(EXPORTS),
      { pendingAt: 8 },
      {
        jobWithin: 10_000,
        session: (own) => ({
          ...own,
          poll: async () => {
            asked += 1
            if (asked === 3) erp901(own)
            return asked < 3 ? undefined : done
          },
        }),
      },
    )
    expect([asked, observation.fault]).toEqual([3, undefined])
    expect(states(observation)['S-105 RE-2']).toBe(WHOLE)
    expect(erp.requests.filter((request) => request === 'create RE-2')).toHaveLength(2)
  })

  test('is asked for again by a run that resumes, and not sent again', async () => {
    const { observation, erp } = await replayed(
      recordingOf(EXPORTS),
      {},
      {
        jobWithin: 10_000,
        past: { answers: new Map([[9, { status: 200, headers: {}, body: { json: { job: 'J-1' } } }]]) },
        session: (own) => ({
          ...own,
          poll: async () => {
            erp901(own)
            return done
          },
        }),
      },
    )
    expect(observation.fault).toBeUndefined()
    expect(states(observation)['S-105 RE-2']).toBe(WHOLE)
    // Once by the job, and by nobody else.
    expect(erp.requests.filter((request) => request === 'create RE-2')).toHaveLength(1)
  })
})

describe('a write whose answer is lost', () => {
  const lostOnce = () => {
    let lost = false
    return (own: Session): Session => ({
      ...own,
      send: async (request, readsOnly) => {
        const answer = await own.send(request, readsOnly)
        if (lost || JSON.stringify(request.body).includes('"create"') === false) return answer
        lost = true
        throw new GateError('target-unreachable', 'the connection was reset.', { hint: 'Ask again.' })
      },
    })
  }

  test('is never sent again where the target can neither be asked nor knows a key', async () => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), {}, { session: lostOnce() })
    expect(observation.fault).toMatchObject({ code: 'target-unreachable', at: 'invoice.create' })
    expect(erp.requests.filter((request) => request.startsWith('create'))).toEqual(['create RE-1'])
  })

  test('is sent again under the same key, and every write has its own', async () => {
    const keys: string[] = []
    const keyed: ErpAdapter['keyed'] = (request, key) => ({ ...request, headers: { ...request.headers, key } })
    const session = lostOnce()
    const { observation } = await replayed(
      recordingOf(EXPORTS),
      {},
      {
        adapter: { keyed },
        session: (own) =>
          session({
            ...own,
            send: (request, readsOnly) => {
              if (request.headers.key !== undefined) keys.push(request.headers.key)
              return own.send(request, readsOnly)
            },
          }),
      },
    )
    expect(observation.fault).toBeUndefined()
    // Three creates, the first of them twice, and three posts.
    expect([keys.length, new Set(keys).size, keys[0] === keys[1]]).toEqual([7, 6, true])
  })
})

describe('a record that cannot be found', () => {
  test('is never sent by its recorded id', async () => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), { suppliers: ['S-104'] })
    expect(states(observation)).toEqual({
      'S-104 RE-1': WHOLE,
      'S-105 RE-2': 'unresolved unresolved not-reached not-reached',
      'S-104 GS-3': WHOLE,
    })
    expect(erp.requests.filter((request) => request.includes('RE-2'))).toEqual([])
    expect(observation.invoices[1]?.operations[0]?.replayed).toEqual({
      state: 'unresolved',
      because: 'supplier "S-105" was not found in the target',
    })
  })

  test('because two have its name is refused with both ids', async () => {
    const { observation, erp } = await replayed(recordingOf(EXPORTS), { ambiguous: 'S-105' })
    expect(erp.requests.filter((request) => request.includes('RE-2'))).toEqual([])
    expect(observation.invoices[1]?.operations[0]?.replayed).toEqual({
      state: 'unresolved',
      because: 'supplier "S-105" is ambiguous: ids 9001 and 7777 both have this name.',
    })
    expect(observation.fault).toBeUndefined()
  })

  test('because nobody looked it up in the recording is refused', async () => {
    const { interactions, ...rest } = recordingOf(EXPORTS)
    const cut = { ...rest, interactions: interactions.filter(({ seq }) => seq !== 3) } as SanitizedRecording
    const { observation, erp } = await replayed(cut)
    expect(erp.requests.filter((request) => request.includes('RE-2'))).toEqual([])
    expect(observation.invoices[1]?.operations[0]?.replayed).toMatchObject({
      state: 'unresolved',
      because: expect.stringContaining('was never looked up in the recording'),
    })
  })

  test.each([
    ['in a body that is no JSON', { ...ADAPTER, decode: withText }, 'whose body is no JSON'],
    ['at a place that the request does not have', { ...ADAPTER, decode: misplaced }, 'is not at /invoices/0'],
  ] as const)('%s, its id is never sent as recorded', async (_, adapter, why) => {
    const erp = new SmallErp({ firstId: 900 })
    const recording = recordingOf(EXPORTS)
    const interactions = recording.interactions.map((each) =>
      each.request.body !== undefined &&
      'json' in each.request.body &&
      JSON.stringify(each.request.body.json).includes('"post"') &&
      why.includes('JSON')
        ? { ...each, request: { ...each.request, body: { text: '<post invoice="1"/>' } } }
        : each,
    )
    const observation = await replay({
      recording: { ...recording, interactions } as SanitizedRecording,
      adapter: adapter as ErpAdapter,
      session: erp.session(),
      recordedSchema: NO_SCHEMA,
      schema: NO_SCHEMA,
      values: {},
      identity: {
        product: 'small',
        release: '2.0',
        build: '2.0',
        environment: 'sandbox',
        proof: '',
        simulated: false,
        principal: 'ap',
      },
      plan: [],
      journal: noJournal,
      runTag: '',
      removePosted: false,
    })
    const refused = observation.invoices
      .flatMap(({ operations }) => operations.map(({ replayed: now }) => now))
      .filter(({ state }) => state === 'unresolved')
    expect(refused.length).toBeGreaterThan(0)
    for (const each of refused) expect(each).toMatchObject({ because: expect.stringContaining(why) })
    expect(erp.requests.some((request) => request.startsWith('post'))).toBe(false)
  })
})

describe('the journal', () => {
  test('is written before each create and after it', async () => {
    const { log } = await replayed(recordingOf(EXPORTS.slice(0, 2)))
    expect(log.filter((line) => /create/.test(line))).toEqual([
      'journal S-104 RE-1: about to invoice.create',
      'sent create RE-1',
      'journal S-105 RE-2: about to invoice.create',
      'sent create RE-2',
    ])
  })

  test('names a create that got no answer', async () => {
    const { log } = await replayed(recordingOf(EXPORTS), { silentAt: 8 })
    expect(log.at(-2)).toBe('journal S-105 RE-2: about to invoice.create')
    expect(log.at(-1)).toBe('sent create RE-2')
  })
})

describe('what was posted', () => {
  test('is removed, the last first', async () => {
    const { erp, observation, log } = await replayed(recordingOf(EXPORTS), {}, { removePosted: true })
    expect(erp.removed).toEqual(['GS-3', 'RE-2', 'RE-1'])
    expect(observation.leftBehind).toEqual([])
    expect(log.slice(-6)).toEqual([
      'journal S-104 GS-3: about to remove 902',
      'journal S-104 GS-3: voided 902',
      'journal S-105 RE-2: about to remove 901',
      'journal S-105 RE-2: voided 901',
      'journal S-104 RE-1: about to remove 900',
      'journal S-104 RE-1: voided 900',
    ])
  })

  test('stays where the target itself is thrown away', async () => {
    const { erp, observation } = await replayed(recordingOf(EXPORTS))
    expect([erp.removed, observation.leftBehind]).toEqual([[], []])
  })

  test.each<[string, Partial<Behavior>, Observation['leftBehind'], string[]]>([
    [
      'a document whose state does not allow it',
      { keeps: ['RE-2'] },
      [{ invoice: 'S-105 RE-2', id: '901', why: 'its state does not allow removal' }],
      ['GS-3', 'RE-1'],
    ],
    [
      'a document whose removal fails',
      { cannotRemove: ['GS-3'] },
      [{ invoice: 'S-104 GS-3', id: '902', why: 'the journal of GS-3 is closed' }],
      ['RE-2', 'RE-1'],
    ],
    [
      'documents whose ids the target did not tell',
      { tellsNoId: true },
      ['S-104 GS-3', 'S-105 RE-2', 'S-104 RE-1'].map((invoice) => ({
        invoice,
        id: 'unknown',
        why: 'the target did not tell its id: look for it by its reference',
      })),
      [],
    ],
  ])('%s is listed as left behind, and the others are removed', async (_, behavior, left, removed) => {
    const { erp, observation } = await replayed(recordingOf(EXPORTS), behavior, { removePosted: true })
    expect(observation.leftBehind).toEqual(left)
    expect(erp.removed).toEqual(removed)
  })

  test('and deleted again by the export itself is not removed twice', async () => {
    const recording = recordingOf([{ supplier: 'S-104', reference: 'RE-1', steps: ['find', 'create', 'delete'] }])
    const { erp, observation } = await replayed(recording, {}, { removePosted: true })
    expect([erp.removed, observation.leftBehind, erp.documents.size]).toEqual([[], [], 0])
  })

  test('is removed even when the harness itself fails', async () => {
    const erp = new SmallErp({ firstId: 900 })
    const own = erp.session()
    let calls = 0
    const broken = replay({
      recording: recordingOf(EXPORTS),
      adapter: ADAPTER,
      session: {
        ...own,
        send: (request, readsOnly) => {
          calls += 1
          return calls === 9 ? Promise.reject(new TypeError('a defect')) : own.send(request, readsOnly)
        },
      },
      recordedSchema: NO_SCHEMA,
      schema: NO_SCHEMA,
      values: {},
      identity: {
        product: 'small',
        release: '2.0',
        build: '2.0',
        environment: 'sandbox',
        proof: '',
        simulated: false,
        principal: 'ap',
      },
      plan: [],
      journal: noJournal,
      runTag: '',
      removePosted: true,
    })
    await expect(broken).rejects.toThrow('a defect')
    expect(erp.removed).toEqual(['RE-2', 'RE-1'])
    expect(erp.documents.size).toBe(0)
  })
})

test('a plan changes what is sent, and not what is known to have been recorded', async () => {
  const plan: readonly PlanOperation[] = [
    { 'map-value': { resource: 'invoice', field: 'amount', values: { '1250.40': '1250.00' } } },
  ]
  const { erp, observation } = await replayed(recordingOf(EXPORTS), {}, { plan })
  expect([...erp.documents.values()].map(({ amount }) => amount)).toEqual(['100.10', '1250.00', '-100.10'])
  expect(observation.invoices[1]?.sent).toMatchObject({ amount: '1250.40' })
})

describe('chains', () => {
  const keysOf = (exports: readonly Export[], erp?: SmallErp) =>
    decodeRecording(recordingOf(exports, erp).interactions, ADAPTER, NO_SCHEMA).chains.map(
      ({ key, steps }) => `${key}: ${steps.map(({ operation }) => operation.kind).join(' ')}`,
    )
  const ALL = 'find create transition read'

  test.each<[string, readonly Export[], string[]]>([
    ['a search and what follows it belong together', EXPORTS.slice(0, 2), [`S-104 RE-1: ${ALL}`, `S-105 RE-2: ${ALL}`]],
    [
      'an export without a search begins with its create',
      [
        { supplier: 'S-104', reference: 'RE-1', steps: ['create', 'post'] },
        { supplier: 'S-104', reference: 'RE-2', steps: ['create'] },
      ],
      ['S-104 RE-1: create transition', 'S-104 RE-2: create'],
    ],
    [
      'a second export that finds the first is a chain of its own',
      [
        { supplier: 'S-104', reference: 'RE-1' },
        { supplier: 'S-104', reference: 'RE-1' },
      ],
      [`S-104 RE-1: ${ALL}`, 'S-104 RE-1 (2): find'],
    ],
    [
      'a duplicate that is posted again is a chain of its own',
      [
        { supplier: 'S-104', reference: 'RE-1', steps: ['create', 'post'] },
        { supplier: 'S-104', reference: 'RE-1', steps: ['create', 'post'] },
      ],
      ['S-104 RE-1: create transition', 'S-104 RE-1 (2): create transition'],
    ],
    [
      'two suppliers with the same reference are two invoices',
      [
        { supplier: 'S-104', reference: 'RE-1' },
        { supplier: 'S-105', reference: 'RE-1' },
      ],
      [`S-104 RE-1: ${ALL}`, `S-105 RE-1: ${ALL}`],
    ],
  ])('%s', (_, exports, chains) => expect(keysOf(exports)).toEqual(chains))

  test('a duplicate is found in the replay too, and only there', async () => {
    const twice: readonly Export[] = [EXPORTS[0], EXPORTS[0]].flatMap((each) => each ?? [])
    const { observation } = await replayed(recordingOf(twice))
    expect(states(observation)).toEqual({ 'S-104 RE-1': WHOLE, 'S-104 RE-1 (2)': 'accepted' })
    const [, second] = observation.invoices
    expect(second?.sent).toBeUndefined()
    expect(second?.operations[0]?.replayed).toEqual({ state: 'accepted', result: ['invoice 1'] })
  })
})

/** Makes the document 901, as a job does that nobody sees. */
function erp901(session: Session): void {
  const create = { op: 'create', supplier: jsonNumber(9001), reference: 'RE-2', amount: '1250.40' }
  void session.send({ method: 'POST', path: '/', query: '', headers: {}, body: { json: create } }, false)
}

function failOn901(id: string) {
  return <Value>(value: Value): Value => {
    if (id !== '901') return value
    throw new GateError('target-fault', 'the sandbox is in maintenance.', { hint: 'Wait.' })
  }
}

function withText(...args: Parameters<ErpAdapter['decode']>): ReturnType<ErpAdapter['decode']> {
  const [request] = args
  if (request.body !== undefined && 'text' in request.body) {
    const references = [{ resource: 'invoice', id: '1', pointer: '/invoice' }]
    return {
      kind: 'transition',
      name: 'invoice.post',
      resource: 'invoice',
      references,
      sends: [],
      reads: [],
      filters: [],
    }
  }
  return ADAPTER.decode(...args)
}

function misplaced(...args: Parameters<ErpAdapter['decode']>): ReturnType<ErpAdapter['decode']> {
  const operation = ADAPTER.decode(...args)
  if (operation.kind !== 'transition') return operation
  return { ...operation, references: operation.references.map((each) => ({ ...each, pointer: '/invoices/0' })) }
}
