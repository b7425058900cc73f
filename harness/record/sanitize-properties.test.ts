import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { stdnum } from 'stdnum'
import { describe, expect, test } from 'vitest'
import { toJson } from '../base/json.ts'
import type { Interaction } from '../model/recording.ts'
import { REMOVED } from '../model/recording.ts'
import { NUMBERED } from './formats.ts'
import { keepRecording } from './keep.ts'
import { type CapturedRecording, type Change, sanitize } from './sanitize.ts'
import { findSecrets } from './secrets.ts'
import { brand, textOf } from './store.ts'

const KEY = 'a key of the tests, 32 characters'
const HEADER: CapturedRecording['header'] = {
  format: 'erp-change-gate/recording',
  version: 1,
  integration: 'tryton-ap',
  erp: { product: 'tryton', release: '6.0' },
  connector: { name: 'tryton-ap-connector', release: '1.0.0' },
  recordedAt: '2026-10-31T18:00:00Z',
}

type Sent = Readonly<{ path?: string; query?: string; json?: unknown; text?: string; headers?: Record<string, string> }>

const interactionsOf = (sent: readonly Sent[]): readonly Interaction[] =>
  sent.map(({ path = '/erp/', query = '', json, text, headers = {} }, index) => ({
    seq: index + 1,
    request: {
      method: 'POST',
      path,
      query,
      headers,
      ...(text !== undefined ? { body: { text } } : json !== undefined ? { body: { json: toJson(json) } } : {}),
    },
    response: { status: 200, headers: {} },
    durationMs: 5,
  }))

const NOTHING = await findSecrets([])
const cleaned = (interactions: readonly Interaction[], more: Partial<Parameters<typeof sanitize>[1]> = {}) =>
  sanitize(
    { header: HEADER, interactions },
    { fields: ['name', 'tax_id'], key: KEY, secretsOf: () => ({ request: [], response: [] }), found: NOTHING, ...more },
  )
const cleanedText = (sent: Sent, more: Partial<Parameters<typeof sanitize>[1]> = {}) => {
  const { request } = cleaned(interactionsOf([sent]), more).interactions[0] ?? { request: undefined }
  return request?.body !== undefined && 'text' in request.body ? request.body.text : (request?.query ?? '')
}

describe('a + in a query or a form is a space', () => {
  test.each([
    ['a reference of several words', 'reference=KF+2026+10+0815+22'],
    ['a number after a word', 'q=Faktura+4711220815'],
    ['dates', 'from=2026-10-01+20:00&to=2026-10-31+20:00'],
  ])('%s is no phone number and stays', (_, text) => {
    expect(cleanedText({ text })).toBe(text)
    expect(cleanedText({ query: `?${text}` })).toBe(`?${text}`)
  })

  test.each([
    ['encoded, with spaces as +', 'x=1&phone=%2B47+22+33+44+55'],
    ['encoded, with spaces as %20', 'x=1&phone=%2B47%2022%2033%2044%2055'],
    ['not encoded at all', 'phone=+4722334455&x=1'],
    ['within a text', 'memo=Ring+%2B47+22+33+44+55+in+the+morning'],
  ])('a phone number %s is replaced, and the rest stays', (_, text) => {
    const clean = cleanedText({ text })
    expect(new URLSearchParams(clean).toString().replace(/\D/g, '')).not.toContain('22334455')
    // A + that nobody encoded is a sign of the number here, and is encoded when it is written again.
    const plain = (form: string) =>
      decodeURIComponent(form.replace('=+47', '=%2B47').replaceAll('+', ' ')).replace(/\d/g, '0')
    expect(plain(clean)).toBe(plain(text))
    expect(cleanedText({ query: `?${text}` })).toBe(`?${clean}`)
  })
})

/** A valid VAT id of some countries, by trying digits until the checksum is right. */
const vatId = fc
  .tuple(
    fc.constantFrom(
      ['DE', 9, 'vat'],
      ['DK', 8, 'cvr'],
      ['PL', 10, 'nip'],
      ['NO', 9, 'mva'],
      ['IT', 11, 'iva'],
      ['FI', 8, 'alv'],
    ),
    fc.integer({ min: 1e7, max: 9e7 }),
  )
  .map(([[country, length, kind], seed]) => {
    const validator = stdnum[String(country)]?.[String(kind)]
    for (let number = seed; ; number += 1) {
      const digits = String(number).repeat(2).slice(0, Number(length))
      const written = country === 'NO' ? `${digits}MVA` : digits
      if (validator?.validate(written).isValid) return `${country}${written}`
    }
  })
const iban = fc
  .tuple(
    fc.constantFrom(['DE', 18], ['NO', 11], ['PL', 24]),
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 24, maxLength: 24 }),
  )
  .map(([[country, length], digits]) => {
    const account = digits.join('').slice(0, Number(length))
    const number = BigInt([...`${account}${country}00`].map((sign) => Number.parseInt(sign, 36)).join(''))
    return `${country}${String(98n - (number % 97n)).padStart(2, '0')}${account}`
  })
const supplier = fc.record({
  name: fc
    .tuple(
      fc.constantFrom('Nordlicht', 'Büro Søren', 'Papeterie d’Été', 'O"Neill & Sons', 'Halden\\Søn'),
      fc.constantFrom('Reinigung GmbH', 'ApS', 'S.A.', 'AS'),
      fc.integer({ min: 100, max: 99_999 }),
    )
    .map(([first, kind, number]) => `${first} ${kind} ${number}`),
  email: fc.stringMatching(/^[a-z]{3,9}\.[a-z]{3,9}$/).map((local) => `${local}@lieferant.example`),
  iban,
  vat: vatId,
  phone: fc
    .array(fc.integer({ min: 10, max: 99 }), { minLength: 4, maxLength: 4 })
    .map((pairs) => `+47 ${pairs.join(' ')}`),
  taxId: fc.integer({ min: 1e8, max: 9e8 }).map(String),
})

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  base64: (text) => Buffer.from(`of ${text}.`).toString('base64'),
  base64url: (text) => Buffer.from(JSON.stringify({ x: text })).toString('base64url'),
  'URL-encoded': (text) => encodeURIComponent(text),
  'form-encoded': (text) => new URLSearchParams({ memo: text }).toString(),
  'JSON-escaped': (text) => JSON.stringify({ note: text }),
  'JSON-escaped, ASCII only': (text) =>
    JSON.stringify({ note: text }).replace(
      /[^\x20-\x7e]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'form-encoded in JSON': (text) => JSON.stringify({ form: new URLSearchParams({ memo: text, x: '1' }).toString() }),
}

/** Everything that a text says, in whatever form it says it; blanks, separators and case left out. */
function unfolded(text: string): string {
  let all = text
  for (let depth = 0; depth < 3; depth += 1) {
    const words = [...all.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map(([word]) =>
      Buffer.from(word, 'base64').toString('utf8'),
    )
    const spaced = all.replace(/\+/g, ' ')
    const decoded = [all, spaced].map((each) =>
      each.replace(/(%[0-9a-f]{2})+/gi, (codes) => {
        try {
          return decodeURIComponent(codes)
        } catch {
          return codes
        }
      }),
    )
    const plain = decoded.map((each) =>
      each
        .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replace(/\\(["\\/])/g, '$1'),
    )
    all = [...plain, ...words].join('\n')
  }
  return all.replace(/\s/g, '').toUpperCase()
}

type Supplier = Readonly<{ name: string; email: string; iban: string; vat: string; phone: string; taxId: string }>

/** The supplier's record, and everything of it again somewhere else in another form. */
const trafficOf = (
  { name, email, iban: account, vat, phone, taxId }: Supplier,
  way: (text: string) => string,
): readonly Interaction[] => {
  const all = [name, email, account, vat, phone, taxId]
  return interactionsOf([
    ...all.map((text) => ({ json: { memo: way(text) } })),
    { json: { name, email, account, vat, phone, tax_id: taxId } },
    { text: way(all.join(', ')) },
    { text: new URLSearchParams({ name, email, vat, phone, tax_id: taxId }).toString() },
    {
      path: `/suppliers/${encodeURIComponent(name)}`,
      query: `?${new URLSearchParams({ name, iban: account, phone })}`,
    },
    {
      text: `<supplier><s:name>${taxId} AS</s:name><vat>${vat}</vat></supplier>`,
      headers: { 'x-about': encodeURIComponent(all.join(' ')) },
    },
  ])
}

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  test('no name, e-mail address, IBAN, VAT id, phone number or tax id survives, and sanitizing twice equals once', () => {
    fc.assert(
      fc.property(supplier, (one) => {
        const once = cleaned(trafficOf(one, way))
        const text = unfolded(textOf({ ...HEADER, sanitizing: [] }, once.interactions))
        for (const original of Object.values(one)) {
          expect(text, original).not.toContain(original.replace(/\s/g, '').toUpperCase())
        }
        const { pseudonyms = [] } = once.header
        const twice = cleaned(once.interactions, { known: pseudonyms })
        expect(twice.interactions).toEqual(once.interactions)
        expect(twice.header.pseudonyms).toEqual(pseudonyms)
        // Whoever sanitizes it again, with whatever key.
        expect(
          cleaned(once.interactions, { known: pseudonyms, key: 'another key, of 20 characters' }).interactions,
        ).toEqual(once.interactions)
      }),
      { numRuns: 25 },
    )
  })
})

test('what is equal stays equal and what is different stays different, across recordings too', () => {
  fc.assert(
    fc.property(fc.uniqueArray(supplier, { minLength: 2, maxLength: 5, selector: ({ vat }) => vat }), (suppliers) => {
      const [first, again] = [1, 2].map(() =>
        suppliers.map((each) => {
          const { interactions } = cleaned(
            interactionsOf([{ json: { name: each.name, a: each.vat, b: each.iban, c: each.phone, d: each.vat } }]),
          )
          return JSON.stringify(interactions[0]?.request.body)
        }),
      )
      expect(first).toEqual(again)
      const together = cleaned(
        interactionsOf(suppliers.map(({ vat, iban: account }) => ({ json: { vat, account, same: vat } }))),
      )
      const bodies = together.interactions.map(({ request }) => JSON.parse(JSON.stringify(request.body)).json)
      expect(new Set(bodies.map(({ vat }) => vat)).size).toBe(suppliers.length)
      for (const { vat, same } of bodies) expect(same).toBe(vat)
    }),
    { numRuns: 30 },
  )
})

test('a VAT id keeps country, length and a valid checksum', () => {
  const [, kind] = NUMBERED
  fc.assert(
    fc.property(vatId, (vat) => {
      const fresh = JSON.parse(
        JSON.stringify(cleaned(interactionsOf([{ json: { vat } }])).interactions[0]?.request.body),
      ).json.vat
      expect(fresh).not.toBe(vat)
      expect([fresh.length, fresh.slice(0, 2), kind?.isValid(fresh)]).toEqual([vat.length, vat.slice(0, 2), true])
    }),
    { numRuns: 60 },
  )
})

test('a name that is also a word of the protocol is replaced in its field and leaves the protocol alone', () => {
  const { interactions } = cleaned(
    interactionsOf([{ json: { method: 'model.party.party.read', name: 'party', reference: 'party line' } }]),
  )
  const { json } = JSON.parse(JSON.stringify(interactions[0]?.request.body))
  expect(json).toMatchObject({ method: 'model.party.party.read', reference: 'party line' })
  expect(json.name).toMatch(/^[a-z]{5}$/)
  expect(json.name).not.toBe('party')
})

describe('the scanner', () => {
  test.each<[string, Sent, string]>([
    [
      'a token of GitHub in a text',
      { json: { memo: 'use ghp_16C7e42F292c6912E7710c838347Ae178B4a' } },
      'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    ],
    [
      'a token of Slack in a query',
      { query: '?t=xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx' },
      'abcdefghijklmnopqrstuvwx',
    ],
    ['a connection string', { json: { dsn: 'postgres://ap:s3cretpass@db.example:5432/x' } }, 's3cretpass'],
    ['a password in a URL', { json: { callback: 'https://ap:Sommerregen@erp.example/x' } }, 'Sommerregen'],
    [
      'a signed token',
      { json: { note: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36' } },
      'SflKxwRJSMeKKF2QT4fwpMeJf36',
    ],
    ['a field that is named as a secret', { json: { client_secret: 'Sommerregen-26' } }, 'Sommerregen-26'],
    [
      'a field of a form that is named as a secret',
      { text: 'grant_type=password&password=Sommer%2Bregen+26' },
      'Sommer',
    ],
    [
      'a header that is named as a secret',
      { headers: { 'x-auth-token': 'x', 'access-token': 'Sommerregen-26' } },
      'Sommerregen',
    ],
  ])('%s is removed wherever it stands', async (_, sent, secret) => {
    const interactions = interactionsOf([sent, { json: { log: `it was ${JSON.stringify(sent)}` } }])
    const recording = cleaned(interactions, { found: await findSecrets(interactions) })
    const text = textOf({ ...HEADER, sanitizing: [] }, recording.interactions)
    expect(text).not.toContain(secret)
    expect(text).toContain(REMOVED)
  })

  test('flags and short words in such fields are no secrets', async () => {
    const interactions = interactionsOf([{ json: { token: 'x', password: null, has_token: 'yes, always' } }])
    expect((await findSecrets(interactions)).secrets).toEqual([])
  })

  test('scans what was written once more, and keeps nothing that holds a secret', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'change-gate-keep-'))
    const file = join(folder, 'recording.ndjson')
    const good = cleaned(interactionsOf([{ json: { memo: 'Kopipapir' } }]))
    await keepRecording(file, good)
    expect(await readFile(file, 'utf8')).toBe(textOf(good.header, good.interactions))
    const interactions = interactionsOf([{ json: { memo: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a' } }])
    const bad = brand({ header: good.header, interactions, digest: good.digest })
    await expect(keepRecording(file, bad)).rejects.toMatchObject({ code: 'sanitize-failed' })
    // The good one is still there, and nothing beside it.
    expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([
      ['recording.ndjson'],
      textOf(good.header, good.interactions),
    ])
    await rm(folder, { recursive: true })
  })
})

test('every replacement is told with its place, and what stood there is hidden', () => {
  const changes: Change[] = []
  cleaned(interactionsOf([{ json: { name: 'Nordlicht GmbH', to: ['anna@lieferant.example'] } }]), {
    onChange: (change) => changes.push(change),
  })
  expect(changes).toEqual([
    {
      rule: 'field',
      at: 'request 1/name',
      was: 'N…H (14 characters)',
      becomes: expect.stringMatching(/^[A-Z][a-z]{8} [A-Z][a-z]{2}[A-Z]$/),
    },
    {
      rule: 'e-mail',
      at: 'request 1/to/0',
      was: 'a…e (22 characters)',
      becomes: expect.stringMatching(/@example\.invalid$/),
    },
  ])
})

test('what was removed before is told as no replacement', () => {
  const changes: Change[] = []
  const [interaction] = interactionsOf([{ json: {} }])
  if (interaction === undefined) throw new Error('there is an interaction')
  const headers = { ...interaction.request.headers, authorization: REMOVED }
  cleaned([{ ...interaction, request: { ...interaction.request, headers } }], {
    onChange: (change) => changes.push(change),
  })
  expect(changes).toEqual([])
})
