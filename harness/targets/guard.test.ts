import { describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { Integration } from '../model/integration.ts'
import type { Identity } from '../ports/erp.ts'
import { proveSandbox, refuseUndeclared, type TargetClaim } from './guard.ts'

type Environments = Readonly<Record<string, Readonly<{ url: string; kind: 'production' | 'sandbox' }>>>

function integration(id: string, environments: Environments): Integration {
  return Integration.parse({
    id,
    title: id,
    erp: { product: 'tryton', environments },
    connector: { name: 'connector', release: '1.0.0' },
    auth: { method: 'session', 'user-from': 'U', 'password-from': 'P', owner: 'it' },
    schedule: 'hourly',
    dimensions: [],
    owners: {
      accountable: 'Ingrid Sørbø',
      lanes: Object.fromEntries(
        ['ap-vendor', 'erp-publisher', 'it', 'finance'].map((lane) => [
          lane,
          { name: lane, email: 'ap@halden.example', 'respond-within-hours': 4 },
        ]),
      ),
    },
  })
}

const MINE = integration('tryton-ap', {
  production: { url: 'https://erp.halden.example', kind: 'production' },
  sandbox: { url: 'http://sandbox.halden.example:8000/', kind: 'sandbox' },
  six: { url: 'http://[2001:db8::1]:8000', kind: 'sandbox' },
  secure: { url: 'https://sandbox.halden.example', kind: 'sandbox' },
})
const OTHER = integration('odoo-ap', {
  production: { url: 'https://odoo.søn.example:8443', kind: 'production' },
  legacy: { url: 'http://[2001:db8::9]', kind: 'production' },
  sandbox: { url: 'http://odoo-test.example', kind: 'sandbox' },
})
/** Somebody declared a production host of another integration, or the own one, as a sandbox. */
const CARELESS = integration('tryton-ap', {
  a: { url: 'https://odoo.søn.example:8443', kind: 'sandbox' },
  b: { url: 'http://[2001:db8::9]', kind: 'sandbox' },
  c: { url: 'https://erp.halden.example', kind: 'sandbox' },
  d: { url: 'https://erp.halden.example./', kind: 'sandbox' },
})

const proven: Identity = {
  product: 'tryton',
  release: '7.0',
  build: '7.0.30',
  environment: 'sandbox',
  proof: 'party CHANGE-GATE-SANDBOX exists in database erp',
  simulated: false,
  principal: 'ap_connector',
}

function refusalOf(act: () => void): string | undefined {
  try {
    act()
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    expect([error.code, error.exit]).toEqual(['sandbox-not-proven', 2])
    expect(error.hint).not.toBe('')
    return error.message
  }
  return undefined
}

const named = (url: string): TargetClaim => ({ url, origin: 'named' })
const started = (url: string): TargetClaim => ({ url, origin: 'started' })
const DECLARED = 'http://sandbox.halden.example:8000'

describe('a target that a person names', () => {
  test.each<[string, string, Identity['environment'], RegExp | undefined]>([
    ['declared and proven', DECLARED, 'sandbox', undefined],
    ['declared and not proven', DECLARED, 'unknown', /does not prove that it is a sandbox: party/],
    ['declared and says that it is production', DECLARED, 'production', /does not prove that it is a sandbox/],
    ['not declared and proven', 'http://elsewhere.example:8000', 'sandbox', /elsewhere.example:8000 is not declared/],
    ['not declared and not proven', 'http://elsewhere.example:8000', 'unknown', /is not declared/],
    [
      'a sandbox of another integration',
      'http://odoo-test.example',
      'sandbox',
      /is not declared as a sandbox of integration "tryton-ap"/,
    ],
    [
      'production, though it claims to be a sandbox',
      'https://erp.halden.example',
      'sandbox',
      /is the production host of integration "tryton-ap"/,
    ],
    [
      'production of another integration',
      'https://odoo.søn.example:8443',
      'sandbox',
      /is the production host of integration "odoo-ap"/,
    ],
  ])('%s', (_, url, environment, refusal) => {
    const found = refusalOf(() => proveSandbox(named(url), { ...proven, environment }, MINE, [MINE, OTHER]))
    if (refusal === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(refusal)
  })

  test.each<[string, string, boolean]>([
    ['as it is declared', 'http://sandbox.halden.example:8000/', true],
    ['without a slash', 'http://sandbox.halden.example:8000', true],
    ['with a path', 'http://sandbox.halden.example:8000/erp/', true],
    ['in capitals', 'HTTP://SANDBOX.Halden.Example:8000', true],
    ['with a dot at the end', 'http://sandbox.halden.example.:8000', true],
    ['over TLS on the same port', 'https://sandbox.halden.example:8000', true],
    ['with the port that TLS implies', 'https://sandbox.halden.example:443', true],
    ['IPv6', 'http://[2001:db8::1]:8000', true],
    ['IPv6 written in full', 'http://[2001:0DB8:0:0:0:0:0:1]:8000/', true],
    ['on another port', 'http://sandbox.halden.example:8001', false],
    ['on another IPv6 host', 'http://[2001:db8::2]:8000', false],
    ['a longer name', 'http://sandbox.halden.example.evil.example:8000', false],
    ['a name before it', 'http://evil-sandbox.halden.example:8000', false],
  ])('is known %s: %s', (_, url, known) => {
    expect(refusalOf(() => refuseUndeclared(named(url), MINE, [MINE, OTHER])) === undefined).toBe(known)
  })

  test.each([
    ['user and password', 'http://ap:correct-horse@sandbox.halden.example:8000'],
    ['a user that looks like the host', 'http://sandbox.halden.example:8000@erp.halden.example'],
    ['a password alone', 'http://:correct-horse@sandbox.halden.example:8000'],
  ])('is refused with a credential in its URL, which is not repeated: %s', (_, url) => {
    const found = refusalOf(() => refuseUndeclared(named(url), MINE, [MINE, OTHER]))
    expect(found).toContain('credential')
    expect(found).not.toContain('correct-horse')
  })
})

describe('a production host', () => {
  test.each([
    'https://odoo.søn.example:8443',
    'https://ODOO.SØN.EXAMPLE:8443/',
    'https://odoo.xn--sn-lka.example:8443/web?db=test',
    'http://odoo.søn.example:8443',
    'https://odoo.søn.example.:8443',
    'http://[2001:db8::9]',
    'http://[2001:db8:0::0:9]:80/',
    'https://erp.halden.example',
    'https://erp.halden.example:443/',
    'http://erp.halden.example:80',
    'https://Erp.Halden.Example./erp',
  ])('%s is refused though it is declared a sandbox and proves to be one', (url) => {
    expect(refusalOf(() => proveSandbox(named(url), proven, CARELESS, [CARELESS, MINE, OTHER]))).toMatch(
      /is the \w+ host of integration "[\w-]+", which is production/,
    )
  })

  test.each(['https://erp.halden.example', 'http://[2001:db8::9]'])(
    '%s is refused even when the gate started it',
    (url) => {
      expect(refusalOf(() => refuseUndeclared(started(url), MINE, [MINE, OTHER]))).toMatch(/which is production/)
    },
  )

  test('is refused before anything is asked of it', () => {
    expect(refusalOf(() => refuseUndeclared(named('https://erp.halden.example'), MINE, [MINE]))).toMatch(/production/)
  })
})

describe('a target that the gate started', () => {
  test.each<[string, Identity['environment'], boolean]>([
    ['needs no declaration', 'sandbox', true],
    ['must still prove itself', 'unknown', false],
  ])('%s', (_, environment, passes) => {
    const found = refusalOf(() =>
      proveSandbox(started('http://127.0.0.1:49153'), { ...proven, environment }, MINE, [MINE, OTHER]),
    )
    expect(found === undefined).toBe(passes)
  })
})
