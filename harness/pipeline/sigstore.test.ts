import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../base/fingerprint.ts'
import { variants } from '../reporters/fixtures/golden.ts'
import json from '../reporters/json.ts'
import { type Asked, attest, makeKeys, verifyDecision } from './decision.ts'

const IDENTITY = 'https://github.com/halden/ap/.github/workflows/gate.yml@refs/heads/main'
const ISSUER = 'https://token.actions.githubusercontent.com'
const DIGEST = digestOf('papirflow-connector 4.1.7')
const POLICY = digestOf('the policy of Halden & Søn')
const MAIN = join(import.meta.dirname, '../cli/main.ts')

/**
 * A Sigstore instance of this process: the certificate authority and the logs are those that Sigstore's own clients are tested
 * with, and the clients that sign and verify are the real ones.
 */
type Instance = Readonly<{ url: string; root: string; close: () => void }>

/** A bundle as it is stored, as far as the tests spoil it. */
type Bundle = {
  dsseEnvelope: { payload: string; [member: string]: unknown }
  verificationMaterial: {
    tlogEntries: [{ inclusionProof: unknown; [member: string]: unknown }]
    certificate: unknown
    [member: string]: unknown
  }
  [member: string]: unknown
}

let folder: string
let ours: Instance
let stranger: Instance
let decision: string
/**
 * The same decision signed before and after that. A certificate is valid from the second on in which it was issued: one of a later
 * second would be refused for its time already, before anything that a test is about.
 */
let earlier: string
let later: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-sigstore-'))
  ours = await instance('ours')
  stranger = await instance('stranger')
  const { go } = variants()
  const assessment = {
    ...go,
    meta: { ...go.meta, assessedAt: '2026-11-01T08:00:00.000Z', validUntil: '2099-12-06T02:00Z' },
    change: { ...go.change, to: '7.0' },
    evidence: { ...go.evidence, level: 'live' as const },
    policy: { digest: POLICY, evidenceLevel: 'live' as const },
  }
  await writeFile(file('assessment.json'), json.render(assessment))
  await makeKeys(file('keys'))
  process.env.SIGSTORE_ID_TOKEN = tokenOf(IDENTITY)
  earlier = await signed(ours, 'earlier.intoto.jsonl')
  decision = await signed(ours, 'decision.intoto.jsonl')
  later = await signed(ours, 'later.intoto.jsonl')
})
afterAll(async () => {
  delete process.env.SIGSTORE_ID_TOKEN
  for (const { close } of [ours, stranger]) close()
  await rm(folder, { recursive: true, force: true })
})

const file = (name: string) => join(folder, name)
const SUBJECT = { subject: `papirflow-connector=${DIGEST}`, environment: 'production' }

const signed = ({ url }: Instance, name: string) =>
  attest({ assessment: file('assessment.json'), by: { fulcio: url, rekor: url }, ...SUBJECT, out: file(name) })

/** What the command line asks when it says nothing special. */
function asked(changes: Partial<Asked> = {}): Asked {
  const sigstore = { trustedRoot: ours.root, identity: IDENTITY, issuer: ISSUER }
  const question = {
    subject: DIGEST,
    environment: 'production',
    erpRelease: '7.0',
    policy: POLICY,
    conditionsHold: false,
  }
  return { decision, keys: [], sigstore, ...question, ...changes }
}
const accepting = (changes: Partial<NonNullable<Asked['sigstore']>>): Partial<Asked> => ({
  sigstore: { trustedRoot: ours.root, identity: IDENTITY, issuer: ISSUER, ...changes },
})

describe('a decision in Sigstore bundles', () => {
  test('is believed when the accepted identity signed it, by certificate and log, with nothing but files', async () => {
    ours.close()
    expect(await verifyDecision(asked())).toMatchObject({ status: 0, code: undefined })
  })

  test('is asked about on the command line', async () => {
    const flags = ['--trusted-root', ours.root, '--identity', IDENTITY, '--issuer', ISSUER]
    const rest = ['--environment', 'production', '--erp-release', '7.0', '--policy', POLICY]
    const verify = (...more: string[]) =>
      execa(process.execPath, [MAIN, 'verify', decision, ...more, ...rest], { reject: false })
    const yes = await verify(...flags, '--subject', DIGEST)
    expect([yes.exitCode, yes.stdout.split(' ')[0]]).toEqual([0, 'yes'])
    const half = await verify(...flags.slice(0, 4), '--subject', DIGEST)
    expect([half.exitCode, half.stderr]).toEqual([2, expect.stringContaining('not said whose decisions are accepted')])
  })

  test.each<[string, string, () => Partial<Asked>]>([
    ['another identity', 'identity-unknown', () => accepting({ identity: IDENTITY.replace('main', 'topic') })],
    ['an identity that would fit as a pattern', 'identity-unknown', () => accepting({ identity: '.*' })],
    ['a part of the identity', 'identity-unknown', () => accepting({ identity: IDENTITY.slice(0, -4) })],
    ['another issuer', 'identity-unknown', () => accepting({ issuer: 'https://accounts.example' })],
    ['authorities and logs of others', 'identity-unknown', () => accepting({ trustedRoot: stranger.root })],
    [
      'no identity is accepted',
      'identity-unknown',
      () => ({ sigstore: undefined, keys: [file('keys/signing-key.pub.pem')] }),
    ],
    ['another build', 'other-digest', () => ({ subject: digestOf('another build') })],
    ['another environment', 'other-environment', () => ({ environment: 'test' })],
    ['another ERP release', 'other-erp-release', () => ({ erpRelease: '7.2' })],
    ['another policy', 'other-policy', () => ({ policy: digestOf('a milder policy') })],
  ])('is refused for %s: %s', async (_name, code, changes) => {
    expect(await verifyDecision(asked(changes()))).toMatchObject({ status: 1, code })
  })

  test.each<[string, string, (bundle: Bundle, others: Readonly<Record<'earlier' | 'later', Bundle>>) => unknown]>([
    [
      'the payload names another build',
      'signature-invalid',
      (bundle) => {
        const envelope = bundle.dsseEnvelope
        const text = Buffer.from(envelope.payload, 'base64').toString().replaceAll(DIGEST.slice(7), 'f'.repeat(64))
        return { ...bundle, dsseEnvelope: { ...envelope, payload: Buffer.from(text).toString('base64') } }
      },
    ],
    [
      'the entry in the log is left out',
      'signature-invalid',
      (bundle) => ({
        ...bundle,
        verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [] },
      }),
    ],
    [
      'the entry in the log is of another signature',
      'signature-invalid',
      (bundle, { later }) => ({
        ...bundle,
        verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: later.verificationMaterial.tlogEntries },
      }),
    ],
    [
      'the proof that it is in the log is left out',
      'malformed',
      (bundle) => {
        const [{ inclusionProof: _, ...entry }] = bundle.verificationMaterial.tlogEntries
        return { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [entry] } }
      },
    ],
    [
      'the certificate is of another signature',
      'signature-invalid',
      (bundle, { earlier }) => ({
        ...bundle,
        verificationMaterial: { ...bundle.verificationMaterial, certificate: earlier.verificationMaterial.certificate },
      }),
    ],
    [
      'a key stands for the certificate',
      'identity-unknown',
      ({ verificationMaterial, ...bundle }) => {
        const { certificate: _, ...material } = verificationMaterial
        return { ...bundle, verificationMaterial: { ...material, publicKey: { hint: 'ours' } } }
      },
    ],
    [
      'the signature is left out',
      'malformed',
      (bundle) => ({
        ...bundle,
        dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [] },
      }),
    ],
    [
      'the type of the payload is another',
      'malformed',
      (bundle) => ({
        ...bundle,
        dsseEnvelope: { ...bundle.dsseEnvelope, payloadType: 'application/json' },
      }),
    ],
    [
      'the form of the bundle is of before there were proofs',
      'malformed',
      (bundle) => ({
        ...bundle,
        mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      }),
    ],
  ])('is refused when %s: %s', async (_name, code, spoil) => {
    const linesIn = async (signed: string) => (await readFile(signed, 'utf8')).split('\n')
    const [first = '', second = ''] = await linesIn(decision)
    const [[, before = ''], [, after = '']] = [await linesIn(earlier), await linesIn(later)]
    const others = { earlier: JSON.parse(before), later: JSON.parse(after) }
    const spoiled = JSON.stringify(spoil(JSON.parse(second), others))
    await writeFile(file('spoiled.intoto.jsonl'), `${first}\n${spoiled}\n`)
    const answer = await verifyDecision(asked({ decision: file('spoiled.intoto.jsonl') }))
    expect(answer).toMatchObject({ status: 1, code })
    expect(answer.text).toContain('line 2')
  })

  test('an identity is no key: what a key signed is refused where only the identity is accepted, and is believed where both are', async () => {
    const out = file('by-key.intoto.jsonl')
    const by = { keyFile: file('keys/signing-key.pem') }
    await attest({ assessment: file('assessment.json'), by, ...SUBJECT, out })
    expect(await verifyDecision(asked({ decision: out }))).toMatchObject({ status: 1, code: 'key-unknown' })
    const keys = [file('keys/signing-key.pub.pem')]
    for (const each of [out, decision]) {
      expect(await verifyDecision(asked({ decision: each, keys }))).toMatchObject({ status: 0 })
    }
  })
})

describe('what cannot sign or be believed', () => {
  test('a job without an identity signs nothing', async () => {
    delete process.env.SIGSTORE_ID_TOKEN
    await expect(signed(stranger, 'none.intoto.jsonl')).rejects.toMatchObject({ code: 'signing-failed' })
    await expect(readFile(file('none.intoto.jsonl'))).rejects.toThrow(/ENOENT/)
  })

  test.each([
    ['no JSON', 'go', /is no trusted root/],
    ['no object', '[]', /is no trusted root/],
    ['nobody', '{}', /trusts no certificate authority/],
  ])('a trusted root that is %s', async (_name, text, message) => {
    await writeFile(file('root.json'), text)
    const question = asked(accepting({ trustedRoot: file('root.json') }))
    await expect(verifyDecision(question)).rejects.toThrow(message)
  })
})

async function instance(name: string): Promise<Instance> {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificateLog = await initializeCTLog(pair())
  const authority = await initializeCA(pair(), certificateLog)
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${portOf(server)}`
  const log = await initializeTLog(url, pair())
  const issue = fulcioHandler(authority, { strict: true })
  server.on('request', async (request, response) => {
    const body = await textOf(request)
    if (request.url === issue.path) {
      const { statusCode, response: text } = await issue.fn(body)
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(text)
      return
    }
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(await log.log(logged(body))))
  })
  const since = { start: '2020-01-01T00:00:00Z' }
  const rootOf = (key: Buffer) => ({
    rawBytes: key.toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: since,
  })
  const root = file(`${name}-trusted_root.json`)
  const trusted = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      {
        subject: { commonName: 'sigstore', organization: 'sigstore.mock' },
        uri: url,
        certChain: {
          certificates: [{ rawBytes: Buffer.from(authority.rootCertificate as Buffer).toString('base64') }],
        },
        validFor: since,
      },
    ],
    tlogs: [
      {
        baseUrl: url,
        hashAlgorithm: 'SHA2_256',
        publicKey: rootOf(log.publicKey),
        logId: { keyId: createHash('sha256').update(log.publicKey).digest('base64') },
      },
    ],
    ctlogs: [
      {
        baseUrl: url,
        hashAlgorithm: 'SHA2_256',
        publicKey: rootOf(certificateLog.publicKey),
        logId: { keyId: Buffer.from(certificateLog.logID as Buffer).toString('base64') },
      },
    ],
  }
  await writeFile(root, JSON.stringify(trusted))
  return { url, root, close: () => server.close() }
}

/** What Rekor keeps of an envelope that it is given: digests and signatures, and not what was signed. */
function logged(body: string): object {
  const { apiVersion, kind, spec } = JSON.parse(body)
  const { envelope, verifiers } = spec.proposedContent
  const { payload, signatures } = JSON.parse(envelope)
  const hashOf = (bytes: Buffer | string) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  })
  return {
    apiVersion,
    kind,
    spec: {
      envelopeHash: hashOf(envelope),
      payloadHash: hashOf(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }: { sig: string }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  }
}

/** A token as a CI gives to its jobs. The certificate authority of the tests takes it without asking who signed it. */
function tokenOf(subject: string): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  return [part({ alg: 'RS256' }), part({ iss: ISSUER, sub: subject, aud: 'sigstore' }), part({})].join('.')
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return address.port
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}
