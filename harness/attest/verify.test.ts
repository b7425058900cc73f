import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { crypto, dsse } from '@sigstore/core'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../base/fingerprint.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { variants } from '../reporters/fixtures/golden.ts'
import { subjectOf, summaryStatement, testStatement } from './decision.ts'
import { sealed } from './envelope.ts'
import { acceptedKeyOf, keyIdOf, signingKeyOf } from './keys.ts'
import { answerTo, type Question, REFUSALS, type StoredDecision } from './verify.ts'

const CONNECTOR = digestOf('papirflow-connector 4.1.7')
const POLICY = digestOf('the policy of Halden & Søn')
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const ours = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519')

const question: Question = {
  keys: [accepted(ours.publicKey)],
  subject: CONNECTOR,
  environment: 'production',
  erpRelease: '7.0',
  policy: POLICY,
  conditionsHold: false,
  now: '2026-12-05T21:00:00.000Z',
}

describe('a decision is believed', () => {
  test('when it is signed, about this build, environment, release and policy, and holds', () => {
    expect(answerTo(question, decision(), undefined)).toMatchObject({ answer: 'yes', terms: { verdict: 'go' } })
  })

  test('when one of several accepted keys signed it', () => {
    const keys = [accepted(stranger.publicKey), accepted(ours.publicKey)]
    expect(answerTo({ ...question, keys }, decision(), undefined).answer).toBe('yes')
  })

  test('when it is a conditional go and the conditions are said to hold', () => {
    const conditional = decision({ verdict: 'conditional' })
    expect(answerTo({ ...question, conditionsHold: true }, conditional, undefined).answer).toBe('yes')
  })

  test('when a go follows a no-go', () => {
    const [first, second] = [decision({ verdict: 'no-go', at: '01' }), decision({ at: '02' })]
    expect(answerTo(question, second, [first, second]).answer).toBe('yes')
  })

  test('when a later no-go is of another build, environment or release', () => {
    const go = decision({ at: '01' })
    const others = [
      decision({ verdict: 'no-go', at: '02', subject: digestOf('another build') }),
      decision({ verdict: 'no-go', at: '02', environment: 'test' }),
      decision({ verdict: 'no-go', at: '02', erpRelease: '7.2' }),
    ]
    expect(answerTo(question, go, [go, ...others]).answer).toBe('yes')
  })
})

describe('a decision is refused', () => {
  test.each([
    ['another digest', 'other-digest', decision({ subject: digestOf('another build') }), {}],
    ['another environment', 'other-environment', decision({ environment: 'test' }), {}],
    ['another ERP release', 'other-erp-release', decision(), { erpRelease: '7.2' }],
    ['another policy', 'other-policy', decision(), { policy: digestOf('a milder policy') }],
    ['a no-go', 'not-a-go', decision({ verdict: 'no-go' }), {}],
    ['an undecided', 'not-a-go', decision({ verdict: 'undecided' }), {}],
    ['a conditional go without its conditions', 'conditions-open', decision({ verdict: 'conditional' }), {}],
    ['expired', 'expired', decision(), { now: '2026-12-06T02:00:00.001Z' }],
    ['a clock that cannot be read', 'not-yet-made', decision(), { now: 'yesterday' }],
    ['made in the future', 'not-yet-made', decision(), { now: '2026-10-01T00:00:00Z' }],
    ['an unknown key', 'key-unknown', decision({ key: stranger.privateKey }), {}],
    ['no key is accepted', 'key-unknown', decision(), { keys: [] }],
    [
      'mock evidence where live is asked',
      'evidence-too-weak',
      decision({ evidence: 'recorded' }),
      { evidence: 'live' },
    ],
    [
      'mock evidence where the policy asks for live',
      'evidence-too-weak',
      decision({ evidence: 'recorded', asked: 'live' }),
      {},
    ],
    ['evidence of nothing', 'evidence-too-weak', decision({ evidence: 'none' }), {}],
  ] as const)('%s: %s', (_name, code, stored, asked) => {
    expect(answerTo({ ...question, ...asked }, stored, undefined)).toMatchObject({ answer: 'no', code })
  })

  test('an asker cannot ask for less evidence than the policy does', () => {
    const weak = decision({ evidence: 'recorded', asked: 'live' })
    expect(answerTo({ ...question, evidence: 'schema' }, weak, undefined)).toMatchObject({ code: 'evidence-too-weak' })
  })
})

test("what is signed is what others sign: Sigstore's encoding of the envelope fits the signature", () => {
  for (const index of [0, 1]) {
    const { payloadType, payload, signatures } = JSON.parse(lineOf(decision(), index))
    const encoding = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'))
    expect(crypto.verify(encoding, ours.publicKey, Buffer.from(signatures[0].sig, 'base64'))).toBe(true)
    expect(crypto.verify(encoding, stranger.publicKey, Buffer.from(signatures[0].sig, 'base64'))).toBe(false)
  }
})

describe('a forgery is refused', () => {
  const spoiled = (change: (envelope: Record<string, unknown>) => unknown, line = 1): StoredDecision => {
    const lines = decision().text.trimEnd().split('\n')
    lines[line] = JSON.stringify(change(JSON.parse(lines[line] ?? '')))
    return { file: 'spoiled', text: `${lines.join('\n')}\n` }
  }
  const payload = (envelope: Record<string, unknown>) => Buffer.from(String(envelope.payload), 'base64').toString()
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  const resigned = (envelope: Record<string, unknown>, signature: (encoding: Buffer) => Buffer) => {
    const bytes = Buffer.from(String(envelope.payload), 'base64')
    const encoding = Buffer.concat([
      Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${bytes.length} `),
      bytes,
    ])
    const [{ keyid }] = envelope.signatures as [{ keyid: string }]
    return { ...envelope, signatures: [{ keyid, sig: signature(encoding).toString('base64') }] }
  }

  test.each([
    [
      'the payload names another build',
      'signature-invalid',
      (envelope) => ({
        ...envelope,
        payload: encoded(payload(envelope).replaceAll(CONNECTOR.slice(7), 'f'.repeat(64))),
      }),
    ],
    [
      'the expiry is moved',
      'signature-invalid',
      (envelope) => ({ ...envelope, payload: encoded(payload(envelope).replace('2026-12-06', '2036-12-06')) }),
    ],
    [
      'a bit of the signature is turned',
      'signature-invalid',
      (envelope) => {
        const [{ keyid, sig }] = envelope.signatures as [{ keyid: string; sig: string }]
        const bytes = Buffer.from(sig, 'base64')
        bytes[5] = (bytes[5] ?? 0) ^ 1
        return { ...envelope, signatures: [{ keyid, sig: bytes.toString('base64') }] }
      },
    ],
    [
      'another key signed it and claims to be ours',
      'signature-invalid',
      (envelope) => resigned(envelope, (encoding) => sign(null, encoding, stranger.privateKey)),
    ],
    [
      'algorithm confusion: HMAC with our public key as the secret',
      'signature-invalid',
      (envelope) =>
        resigned(envelope, (encoding) =>
          createHmac('sha256', ours.publicKey.export({ type: 'spki', format: 'pem' }))
            .update(encoding)
            .digest(),
        ),
    ],
    [
      'algorithm confusion: an ECDSA signature',
      'signature-invalid',
      (envelope) =>
        resigned(envelope, (encoding) =>
          sign('sha256', encoding, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
        ),
    ],
    [
      'the payload alone is signed, without its type',
      'signature-invalid',
      (envelope) => resigned(envelope, () => sign(null, Buffer.from(payload(envelope)), ours.privateKey)),
    ],
    ['the envelope chooses an algorithm', 'malformed', (envelope) => ({ ...envelope, alg: 'none' })],
    ['the signatures are left out', 'malformed', (envelope) => ({ ...envelope, signatures: [] })],
    ['the type is another', 'malformed', (envelope) => ({ ...envelope, payloadType: 'application/json' })],
    [
      'the base64 has another spelling',
      'malformed',
      (envelope) => ({ ...envelope, payload: `${envelope.payload}====` }),
    ],
  ] as [string, string, (envelope: Record<string, unknown>) => unknown][])('%s: %s', (_name, code, change) => {
    expect(answerTo(question, spoiled(change), undefined)).toMatchObject({ answer: 'no', code })
  })

  test('the test result is altered and the summary is not', () => {
    const altered = spoiled(
      (envelope) => ({ ...envelope, payload: encoded(payload(envelope).replace('PASSED', 'WARNED')) }),
      0,
    )
    expect(answerTo(question, altered, undefined)).toMatchObject({ answer: 'no', code: 'signature-invalid' })
  })

  test.each([
    [
      'the test result is of another decision',
      () => [lineOf(decision({ verdict: 'no-go' }), 0), lineOf(decision(), 1)],
    ],
    ['the summary is left out', () => [lineOf(decision(), 0)]],
    ['the test result stands for the summary', () => [lineOf(decision(), 0), lineOf(decision(), 0)]],
    ['a second summary is added', () => [lineOf(decision(), 0), lineOf(decision(), 1), lineOf(decision(), 1)]],
    ['nothing is there', () => []],
    ['it is no JSON', () => ['go', 'go']],
  ] as const)('%s', (_name, lines) => {
    const stored = { file: 'spoiled', text: lines().join('\n') }
    expect(answerTo(question, stored, undefined)).toMatchObject({ answer: 'no', code: 'malformed' })
  })
})

describe('the folder of decisions', () => {
  const go = decision({ at: '01' })

  test('an older go that is replayed after a newer no-go is superseded', () => {
    const later = decision({ verdict: 'no-go', at: '02' })
    expect(answerTo(question, go, [go, later])).toMatchObject({ answer: 'no', code: 'superseded' })
  })

  test('a no-go of the same instant takes it back too', () => {
    const same = decision({ verdict: 'undecided', at: '01' })
    expect(answerTo(question, go, [same, go])).toMatchObject({ answer: 'no', code: 'superseded' })
  })

  test.each([
    ['a later no-go that was spoiled to hide it', { file: 'spoiled', text: 'x\ny\n' }],
    ['a decision by an unknown key', decision({ key: stranger.privateKey })],
  ])('%s is not skipped', (_name, other) => {
    expect(answerTo(question, go, [go, other])).toMatchObject({ answer: 'no', code: 'decisions-unreadable' })
  })

  test.each([
    ['an empty folder', []],
    ['the folder of something else', [decision({ at: '02' })]],
  ])('%s proves nothing', (_name, kept) => {
    expect(answerTo(question, go, kept)).toMatchObject({ answer: 'no', code: 'decisions-incomplete' })
  })
})

describe('keys', () => {
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => String(key.export({ type, format: 'pem' }))

  test('a public key is known by the digest of its SPKI form', () => {
    expect(keyIdOf(ours.privateKey)).toBe(digestOf(ours.publicKey.export({ type: 'spki', format: 'der' })))
  })

  test.each([
    ['a private key', pem(ours.privateKey, 'pkcs8'), /holds a private key/],
    ['an RSA key', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey, 'spki'), /is a key for rsa/],
    [
      'an elliptic curve key',
      pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, 'spki'),
      /is a key for ec/,
    ],
    ['an x25519 key', pem(generateKeyPairSync('x25519').publicKey, 'spki'), /is a key for x25519/],
    ['no key', 'hunter2', /is no public key/],
  ])('%s is not accepted', (_name, text, message) => {
    expect(() => acceptedKeyOf(text, 'team.pub.pem')).toThrow(message)
  })

  test('a public key cannot sign', () => {
    expect(() => signingKeyOf(pem(createPublicKey(ours.privateKey), 'spki'), 'team.pem')).toThrow(/is no private key/)
  })
})

describe('an assessment that cannot carry a decision', () => {
  test('it is of another build', () => {
    expect(() => decision({ tested: digestOf('another build') })).toThrow(/is of the connector build/)
  })

  test('it does not tell its policy', () => {
    expect(() => decision({ asked: undefined })).toThrow(/does not tell its policy/)
  })
})

test('every refusal is tested', () => {
  const tests = ['verify.test.ts', '../cli/decision.test.ts', '../pipeline/sigstore.test.ts']
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('')
  expect(Object.keys(REFUSALS).filter((code) => !tests.includes(code))).toEqual([])
})

test('the table in docs/verify.md is the list of refusals', () => {
  const text = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gm)].map(([, code, means]) => [code, means])
  expect(Object.fromEntries(rows)).toEqual(REFUSALS)
})

type Wanted = {
  verdict?: ChangeAssessment['verdict']
  subject?: string
  environment?: string
  erpRelease?: string
  evidence?: ChangeAssessment['evidence']['level']
  asked?: 'live' | 'recorded' | 'schema' | undefined
  tested?: string
  /** Day of November 2026. */
  at?: string
  key?: KeyObject
}

function decision(wanted: Wanted = {}): StoredDecision {
  const { verdict = 'go', subject = CONNECTOR, environment = 'production', key = ours.privateKey } = wanted
  const golden = variants()[verdict]
  const asked = 'asked' in wanted ? wanted.asked : 'recorded'
  const assessment: ChangeAssessment = {
    ...golden,
    meta: { ...golden.meta, assessedAt: `2026-11-${wanted.at ?? '01'}T08:00:00.000Z` },
    integration: { ...golden.integration, ...(wanted.tested === undefined ? {} : { connectorDigest: wanted.tested }) },
    change: { ...golden.change, to: wanted.erpRelease ?? '7.0' },
    evidence: { ...golden.evidence, level: wanted.evidence ?? 'live' },
    ...(asked === undefined ? {} : { policy: { digest: POLICY, evidenceLevel: asked } }),
  }
  const name = `${verdict}-${wanted.at ?? ''}`
  const request = {
    assessment,
    assessmentDigest: digestOf(name),
    subject: subjectOf(`papirflow-connector=${subject}`),
    environment,
  }
  const testResult = sealed(testStatement(request), key)
  return { file: name, text: `${testResult}\n${sealed(summaryStatement(request, testResult), key)}\n` }
}

function lineOf(stored: StoredDecision, index: number): string {
  return stored.text.split('\n')[index] ?? ''
}

function accepted(key: KeyObject) {
  return acceptedKeyOf(String(key.export({ type: 'spki', format: 'pem' })), 'team.pub.pem')
}
