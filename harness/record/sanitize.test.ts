import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { isJsonObject, type Json, parseJson, toJson, writeJson } from '../base/json.ts'
import { isOnDemand, onDemand } from '../base/on-demand.ts'
import type { Body, Interaction } from '../model/recording.ts'
import { REMOVED } from '../model/recording.ts'
import { type CapturedRecording, sanitize } from './sanitize.ts'
import { findSecrets } from './secrets.ts'
import { parseRecording, textOf } from './store.ts'

const KEY = 'a key of the tests, 32 characters'
const HEADER: CapturedRecording['header'] = {
  format: 'erp-change-gate/recording',
  version: 1,
  integration: 'tryton-ap',
  erp: { product: 'tryton', release: '6.0' },
  connector: { name: 'tryton-ap-connector', release: '1.0.0' },
  recordedAt: '2026-10-31T18:00:00Z',
}

type Sent = Readonly<{ body?: Body; answer?: Body; headers?: Record<string, string>; query?: string; path?: string }>

function interaction({ body, answer, headers = {}, query = '', path = '/erp/' }: Sent, seq = 1): Interaction {
  return {
    seq,
    request: { method: 'POST', path, query, headers, ...(body === undefined ? {} : { body }) },
    response: { status: 200, headers: {}, ...(answer === undefined ? {} : { body: answer }) },
    durationMs: 5,
  }
}

const capture = (...sent: Sent[]): CapturedRecording => ({
  header: HEADER,
  interactions: sent.map((each, index) => interaction(each, index + 1)),
})

/** The password of a log-in stands at /params/1/password and the session key at /result/1, as in Tryton. */
const secretsOf = () => ({ request: ['/params/1/password'], response: ['/result/1'] })
/** What the ERP and the headers tell of secrets, and nothing that a scan would find. */
const NOTHING = await findSecrets([])
const clean = (captured: CapturedRecording, fields: readonly string[] = []) =>
  sanitize(captured, { fields, key: KEY, secretsOf, found: NOTHING })

function cleanText(text: string, fields: readonly string[] = []): string {
  const body = clean(capture({ body: { json: { memo: text } } }), fields).interactions[0]?.request.body
  const json = body !== undefined && 'json' in body ? body.json : null
  const memo = isJsonObject(json) ? json.memo : null
  return typeof memo === 'string' ? memo : ''
}

function mod97(iban: string): bigint {
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((each) => Number.parseInt(each, 36)).join('')
  return BigInt(digits) % 97n
}

/** A valid IBAN of a country, with the given account characters. */
function ibanOf(country: string, account: string): string {
  const rest = mod97(`${country}00${account}`)
  return `${country}${String(98n - rest).padStart(2, '0')}${account}`
}

/** Countries whose account part has so many digits; 16 and 20 fill groups of four exactly, where a word may follow. */
const iban = fc
  .constantFrom(['DE', 18], ['AT', 16], ['NL', 14], ['NO', 11], ['PL', 24], ['ES', 20])
  .chain(([country, length]) =>
    fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: Number(length), maxLength: Number(length) })
      .map((digits) => ibanOf(String(country), digits.join(''))),
  )
const email = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9]{2,8}(\.[a-z]{2,8})?$/),
    fc.constantFrom('nordlicht-reinigung.example', 'büro-søren.example', 'lieferant.test'),
  )
  .map(([local, domain]) => `${local}@${domain}`)
const secret = fc.stringMatching(/^[A-Za-z0-9"\\%+/=&ü -]{12,24}$/)

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  'percent-encoded': (text) => encodeURIComponent(text),
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  base64: (text) => Buffer.from(`supplier:${text}`).toString('base64'),
  base64url: (text) => Buffer.from(`{"x":${JSON.stringify(text)}}`).toString('base64url'),
  'JSON in a text': (text) => JSON.stringify({ note: text }),
  'JSON in a text, non-ASCII escaped': (text) =>
    JSON.stringify({ note: text }).replace(
      /[@\u0080-\uffff]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
}

/** Everything that a text says, in whatever form it says it. */
function unfolded(text: string): string {
  let all = text
  for (let depth = 0; depth < 3; depth += 1) {
    const words = [...all.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map(([word]) =>
      Buffer.from(word, 'base64').toString('utf8'),
    )
    const decoded = all.replace(/(%[0-9a-f]{2})+/gi, (codes) => {
      try {
        return decodeURIComponent(codes)
      } catch {
        return codes
      }
    })
    const unescaped = decoded.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    all = [all, decoded, unescaped, ...words].join('\n')
  }
  return all
}

describe.each(Object.entries(ENCODINGS))('%s', (_, encode) => {
  test('no e-mail address survives', () => {
    fc.assert(
      fc.property(email, (address) => {
        expect(unfolded(cleanText(`Rechnung an ${encode(address)} gesandt`))).not.toContain(address)
      }),
      { numRuns: 60 },
    )
  })

  test('no IBAN survives, whatever follows it', () => {
    fc.assert(
      fc.property(iban, fc.constantFrom('', ' EUR', ' BIC COBADEFF', ' COBADEFFXXX', ','), (account, after) => {
        expect(unfolded(cleanText(`IBAN ${encode(`${account}${after}`)}`))).not.toContain(account)
      }),
      { numRuns: 60 },
    )
  })

  test('no password and no session key survives', () => {
    fc.assert(
      fc.property(secret, secret, (password, session) => {
        fc.pre(password.trim() === password && session.trim() === session && !session.includes(password))
        const login = {
          body: { json: toJson({ method: 'login', params: ['ap_connector', { password }] }) },
          answer: { json: toJson({ result: [1, session] }) },
        }
        const elsewhere = {
          query: `?token=${encodeURIComponent(session)}`,
          body: { json: toJson({ memo: encode(`login with ${password} gave ${session}`) }) },
        }
        const text = unfolded(textOf(HEADER_CLEAN, clean(capture(login, elsewhere)).interactions))
        for (const each of [password, session]) {
          expect(text).not.toContain(each)
          expect(text).not.toContain(writeJson(each).slice(1, -1))
        }
      }),
      { numRuns: 60 },
    )
  })
})

const HEADER_CLEAN = { ...HEADER, sanitizing: [] }

describe('where data stands', () => {
  const address = 'anna.berg@nordlicht-reinigung.example'
  const account = 'AT611904300234573201'
  test.each<[string, Sent]>([
    ['a query', { query: `?email=${encodeURIComponent(address)}&iban=${account}` }],
    ['a form', { body: { text: `email=${encodeURIComponent(address)}&iban=AT61+1904+3002+3457+3201` } }],
    ['a path', { path: `/suppliers/${encodeURIComponent(address)}/accounts/${account}` }],
    ['a header', { headers: { 'x-supplier': `${address}; ${account}` } }],
    ['a key of an object', { body: { json: { [address]: account } } }],
    ['a nested list', { body: { json: [[{ to: [address, account] }]] } }],
    ['XML', { body: { text: `<supplier mail="${address}"><iban>${account}</iban></supplier>` } }],
    ['an identifier', { body: { json: { memo: `iban_${account} ${address}` } } }],
    ['lower case', { body: { json: { memo: `${account.toLowerCase()} ${address}` } } }],
    ['two in a row', { body: { json: { memo: `${account} DE89370400440532013000 ${address}` } } }],
  ])('%s is cleaned', (_, sent) => {
    const text = unfolded(textOf(HEADER_CLEAN, clean(capture(sent)).interactions)).replace(/[ +]/g, '')
    expect(text).not.toContain(address)
    expect(text.toUpperCase()).not.toContain(account)
    expect(text).not.toContain('DE89370400440532013000')
  })

  test.each([
    ['Bearer', 'Bearer 7f3a90c2bb1d4e55', '7f3a90c2bb1d4e55'],
    ['Basic', `Basic ${Buffer.from('ap_connector:correct horse').toString('base64')}`, 'correct horse'],
    ['Session', `Session ${Buffer.from('ap:1:9f8e7d6c5b4a').toString('base64')}`, 'YXA6MTo5ZjhlN2Q2YzViNGE'],
  ])('the secret of a %s header is removed wherever it stands', (_, authorization, secretPart) => {
    const recording = clean(
      capture({ headers: { authorization }, body: { json: { debug: `sent ${authorization} and ${secretPart}.` } } }),
    )
    expect(textOf(HEADER_CLEAN, recording.interactions)).not.toContain(secretPart)
    expect(recording.interactions[0]?.request.headers.authorization).toBe(REMOVED)
  })

  test('the session key in a cookie is removed from an answer too, and the language in another cookie is not', () => {
    const cookie = 'session_id=0b7c1d2e3f4a5b6c; lang=nb_NO'
    const recording = clean(
      capture({ headers: { cookie }, answer: { json: { session: '0b7c1d2e3f4a5b6c', lang: 'nb_NO' } } }),
    )
    expect(recording.interactions[0]?.response.body).toEqual({ json: { session: REMOVED, lang: 'nb_NO' } })
  })

  test('a binary body that holds personal data is refused, and one that holds none is kept', () => {
    const binary = (text: string): Body => ({
      base64: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text)]).toString('base64'),
    })
    expect(codeOf(() => clean(capture({ body: binary(address) })))).toBe('sanitize-failed')
    const kept = binary('a logo')
    expect(clean(capture({ body: kept })).interactions[0]?.request.body).toEqual(kept)
  })
})

describe('pseudonyms', () => {
  const FIELDS = ['name', 'tax_id']
  const names = (values: readonly Json[]) => {
    const body = clean(capture({ body: { json: values.map((name) => ({ name })) } }), FIELDS).interactions[0]?.request
      .body
    return JSON.parse(body !== undefined && 'json' in body ? writeJson(body.json) : '[]').map(
      ({ name }: { name: string }) => name,
    )
  }
  const supplier = fc.stringMatching(/^[A-ZÅØa-zäöü0-9 .&-]{1,30}$/)

  test('what is equal stays equal, what is different stays different, length and format stay', () => {
    fc.assert(
      fc.property(fc.array(supplier, { minLength: 2, maxLength: 12 }), (values) => {
        const fresh = names([...values, ...values])
        expect(fresh.slice(0, values.length)).toEqual(fresh.slice(values.length))
        const format = (text: string) =>
          text
            .replace(/\p{Lu}/gu, 'A')
            .replace(/\p{Ll}/gu, 'a')
            .replace(/\d/g, '0')
        expect(fresh.slice(0, values.length).map(format)).toEqual(values.map(format))
        for (const [index, value] of values.entries()) {
          for (const [other, another] of values.entries()) {
            if (/[^ .&-]/.test(value)) expect(fresh[index] === fresh[other]).toBe(value === another)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  test('ten codes of one digit keep ten pseudonyms', () => {
    const codes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
    expect(new Set(names(codes)).size).toBe(10)
  })

  test('more values of one format than there are pseudonyms are refused, never merged', () => {
    const letters = Array.from({ length: 30 }, (_, index) => String.fromCharCode(0x430 + index))
    expect(codeOf(() => names(letters))).toBe('sanitize-failed')
  })

  test('a number in a named field is a pseudonym too, with as many digits', () => {
    const body: Body = { json: parseJson('{"tax_id": 913846579, "gross": 100.10, "lines": [{"tax_id": 913846579}]}') }
    const [first] = clean(capture({ body }), FIELDS).interactions
    const text =
      first?.request.body !== undefined && 'json' in first.request.body ? writeJson(first.request.body.json) : ''
    expect(text).toMatch(/^\{"tax_id":([1-9]\d{8}),"gross":100\.10,"lines":\[\{"tax_id":\1\}\]\}$/)
    expect(text).not.toContain('913846579')
  })

  test('an IBAN keeps country, length, spacing and a valid checksum, and is the same in every spelling', () => {
    fc.assert(
      fc.property(iban, (account) => {
        const spaced = account.replace(/(.{4})(?=.)/g, '$1 ')
        const [one = '', other = ''] = cleanText(`${account}; ${spaced}`).split('; ')
        expect(one).not.toBe(account)
        expect([one.slice(0, 2), one.length, mod97(one)]).toEqual([account.slice(0, 2), account.length, 1n])
        expect(other).toBe(one.replace(/(.{4})(?=.)/g, '$1 '))
      }),
      { numRuns: 100 },
    )
  })

  test('an e-mail address is the same in every spelling and encoding, and another one is another', () => {
    const [one, upper, encoded, other] = cleanText(
      'anna@nordlicht.example Anna@Nordlicht.example anna%40nordlicht.example bjørn@nordlicht.example',
    ).split(' ')
    expect(upper).toBe(one)
    expect(decodeURIComponent(encoded ?? '')).toBe(one)
    expect(other).not.toBe(one)
  })

  test('a phone number keeps its format and is the same in every spelling', () => {
    const text = cleanText('+47 22 12 34 56, +4722123456')
    expect(text).toMatch(/^\+\d\d \d\d \d\d \d\d \d\d, \+\d{10}$/)
    const [one = '', other] = text.split(', ')
    expect(one.replaceAll(' ', '')).toBe(other)
  })

  test.each([
    'RE-2026-0815',
    '2026-10-31T18:00:00+01:00',
    'Büromaterial, 12 Stück à 3.50',
    'account.invoice.line',
    'GB82 WEST 1234 5698 7654 33',
    'ABCD1234EFGH5678IJKL',
    '<a href="/invoices?page=2&size=50%25">',
  ])('%s is no personal data and stays', (text) => expect(cleanText(text)).toBe(text))
})

describe('the recording', () => {
  const captured = capture(
    {
      headers: { authorization: 'Session YWRtaW46MTphYmNkZWY=' },
      body: { json: toJson({ params: ['ap', { password: 'correct horse' }], mail: 'anna@nordlicht.example' }) },
      answer: { json: toJson({ result: [1, '9f8e7d6c5b4a'] }) },
    },
    { body: { json: toJson({ memo: 'correct horse, 9f8e7d6c5b4a, anna%40nordlicht.example' }) } },
  )

  test('is the same bytes whenever the same capture is sanitized with the same key', () => {
    expect(clean(captured).digest).toBe(clean(captured).digest)
  })

  test('sanitized once more, has no secret or e-mail address left to replace', () => {
    const once = clean(captured)
    const twice = clean({ header: HEADER, interactions: once.interactions })
    expect(twice.interactions).toEqual(once.interactions)
  })

  test('counts every rule, those that did not apply too', () => {
    expect(clean(captured, ['name']).header.sanitizing).toEqual([
      { rule: 'secret-header', count: 1 },
      { rule: 'secret-value', count: 4 },
      { rule: 'e-mail', count: 2 },
      { rule: 'iban', count: 0 },
      { rule: 'vat-id', count: 0 },
      { rule: 'phone', count: 0 },
      { rule: 'field', count: 0 },
    ])
  })

  test('is readable as stored, with the digest of its bytes', () => {
    const recording = clean(captured)
    const read = parseRecording(textOf(recording.header, recording.interactions), 'recordings/2026-10.ndjson')
    expect(read).toEqual(recording)
  })

  test('is refused with a key that can be guessed', () => {
    expect(codeOf(() => sanitize(captured, { fields: [], key: 'short', secretsOf, found: NOTHING }))).toBe(
      'sanitize-failed',
    )
  })
})

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof GateError ? error.code : String(error)
  }
  return 'none'
}

test('a capture that is read on demand is cleaned one by one, to the recording that a held one becomes', () => {
  const captured = capture(
    { query: '?name=Nordlicht+GmbH', answer: { json: { name: 'Nordlicht GmbH', total: toJson(119.1) } } },
    { body: { text: 'an anna@lieferant.example, DE89 3704 0044 0532 0130 00' }, headers: { cookie: 'sid=47110815x' } },
    { body: { json: { memo: 'Nordlicht GmbH, \ud800 anna@lieferant.example' } }, answer: { base64: 'AAEC/w==' } },
  )
  const held = clean(captured, ['name'])
  let reads = 0
  const late = clean(
    {
      ...captured,
      interactions: onDemand({
        length: captured.interactions.length,
        read: (index) => {
          reads += 1
          return captured.interactions[index] as Interaction
        },
      }),
    },
    ['name'],
  )
  expect([late.digest, late.header, [...late.interactions]]).toEqual([held.digest, held.header, held.interactions])
  // Secrets, names, and what is cleaned: three walks, and what was cleaned is not asked for again.
  expect([reads, isOnDemand(late.interactions)]).toEqual([3 * 3, true])
})
