import { expect, test } from 'vitest'
import type { Difference } from '../model/difference.ts'
import { SecretsSeen, withoutSecrets } from './connector-secrets.ts'

const seen = (
  request: Readonly<Record<string, string>>,
  response: Readonly<Record<string, string>> = {},
  passed: readonly (readonly [string, string])[] = [],
) => {
  const secrets = new SecretsSeen({ secretsOf: () => ({ request: [], response: [] }) }, 'ap-9', passed)
  secrets.see({
    request: { method: 'GET', path: '/', query: '', headers: request },
    response: { status: 200, headers: response },
    durationMs: 1,
  })
  return secrets.all().map(({ what, value }) => `${what} ${value}`)
}

test.each<[string, ReturnType<typeof seen>, readonly string[]]>([
  [
    'each cookie by itself',
    seen({ cookie: 'lang=da; sid=f3a9c1d2e4b5a6f7' }),
    ['cookie lang=da; sid=f3a9c1d2e4b5a6f7', 'cookie f3a9c1d2e4b5a6f7'],
  ],
  [
    'the cookie that the ERP sets',
    seen({}, { 'set-cookie': 'sid=f3a9c1d2e4b5a6f7; Path=/' }),
    ['set-cookie sid=f3a9c1d2e4b5a6f7; Path=/', 'set-cookie f3a9c1d2e4b5a6f7'],
  ],
  ['a key', seen({ 'x-api-key': 'k-20260815' }), ['x-api-key k-20260815']],
  ['a token against forgery', seen({}, { 'x-csrf-token': 'tok-7781' }), ['x-csrf-token tok-7781']],
  [
    'the password of a basic log-in',
    seen({ authorization: `Basic ${Buffer.from('ap:Sommer/2026').toString('base64')}` }),
    ['authorization YXA6U29tbWVyLzIwMjY=', 'authorization YXA6U29tbWVyLzIwMjY', 'authorization Sommer/2026'],
  ],
  [
    'what is passed of the environment, and not where programs are',
    seen({}, {}, [
      ['PATH', '/usr/local/bin:/usr/bin'],
      ['VENDOR_TOKEN', 'vt-55-aa-01'],
    ]),
    ['VENDOR_TOKEN vt-55-aa-01'],
  ],
])('%s is a secret', (_, secrets, expected) => {
  expect(secrets).toEqual(['password ap-9', ...expected])
})

test('no difference tells a secret', () => {
  const difference: Difference = {
    area: 'requests',
    kind: 'coerced',
    class: 'coding',
    loudness: 'silent',
    resource: 'bill',
    pointer: '/query/key',
    at: 'query:key',
    stage: 'create',
    baseline: 'old',
    candidate: 'key k-20260815',
    sent: 'key k-20260815',
    invoices: [],
    seenBy: 'connector',
  }
  expect(withoutSecrets(difference, [{ what: 'x-api-key', value: 'k-20260815' }])).toEqual({
    ...difference,
    candidate: 'key ***',
    sent: 'key ***',
  })
})
