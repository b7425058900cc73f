import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../base/fingerprint.ts'
import { attest, makeKeys } from '../pipeline/decision.ts'
import { Workspace } from './testing/workspace.ts'

const CONTROL = 'scenarios/tryton-ap/changes/control-6.0'
const DECISION = 'reports/tryton-ap/control-6.0/decision.intoto.jsonl'
const DIGEST = digestOf('tryton-ap-connector 1.0.0')
const SUBJECT = `tryton-ap-connector=${DIGEST}`
const BUILD = ['--subject', SUBJECT, '--environment', 'production']

let workspace: Workspace
let keys: string
let policy: string
beforeAll(async () => {
  workspace = await Workspace.create()
  keys = join(await mkdtemp(join(tmpdir(), 'change-gate-keys-')), 'team')
  await workspace.edit(`${CONTROL}/change.yaml`, '2026-12-01T21:00Z', '2099-12-01T21:00Z')
  // A window that never ends lies in every close and outlives every credential; neither is what is tested here.
  const integration = 'scenarios/tryton-ap/integration.yaml'
  await workspace.edit(
    integration,
    /^calendar:\n(?: .*\n)+/m,
    'calendar: { blackouts: [], period-closes: [], payment-runs: [] }\n',
  )
  await workspace.edit(integration, /expires: 2027-03-31/, 'expires: never')
  expect((await workspace.run(['keygen', '--out', keys])).status).toBe(0)
  const printed = await workspace.run(['policy', CONTROL])
  policy = printed.out
  const ended = await workspace.run(['run', CONTROL, ...BUILD], signing())
  expect([ended.status, ended.out.split('\n').at(-1)]).toEqual([0, `decision  ${DECISION}`])
}, 60_000)
afterAll(async () => {
  await workspace.remove()
  await rm(join(keys, '..'), { recursive: true, force: true })
})

const signing = () => ({ CHANGE_GATE_SIGNING_KEY: join(keys, 'signing-key.pem') })

function verify(changes: Readonly<Record<string, string | undefined>> = {}, decision = DECISION, ...more: string[]) {
  const asked: Record<string, string | undefined> = {
    '--key': join(keys, 'signing-key.pub.pem'),
    '--subject': DIGEST,
    '--environment': 'production',
    '--erp-release': '6.0',
    '--policy': policy,
    '--decisions': 'reports',
    ...changes,
  }
  const options = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  return workspace.run(['verify', decision, ...options, ...more])
}

/** Signs the assessment of the control with other members, in a file of its own; returns where. */
async function attested(changes: Readonly<Record<string, unknown>>, signer = keys): Promise<string> {
  if (signer !== keys) await makeKeys(signer)
  const told = await workspace.assessment('control-6.0')
  const changed = Object.entries(changes).map(([name, value]) => [
    name,
    typeof value === 'object' ? { ...(told[name] as object), ...value } : value,
  ])
  await workspace.write('other.json', JSON.stringify({ ...told, ...Object.fromEntries(changed) }))
  await attest({
    assessment: join(workspace.folder, 'other.json'),
    by: { keyFile: join(signer, 'signing-key.pem') },
    subject: SUBJECT,
    environment: 'production',
    out: join(workspace.folder, 'other.intoto.jsonl'),
  })
  return 'other.intoto.jsonl'
}

describe('verify', () => {
  test('says yes to what was decided', async () => {
    const { status, out, err } = await verify()
    expect([status, err]).toEqual([0, ''])
    expect(out).toBe(
      `yes  CHG-0041 go: ${DIGEST} may go to production with ERP release 6.0 until 2099-12-01T21:00Z (evidence: recorded)`,
    )
  })

  test.each([
    ['other-digest', { '--subject': digestOf('another build') }],
    ['other-environment', { '--environment': 'sandbox' }],
    ['other-erp-release', { '--erp-release': '7.0' }],
    ['other-policy', { '--policy': digestOf('another policy') }],
    ['evidence-too-weak', { '--evidence': 'live' }],
    ['decisions-unreadable', { '--decisions': 'nowhere' }],
    ['decisions-incomplete', { '--decisions': 'scenarios' }],
  ])('says no with %s', async (code, changes) => {
    const { status, out } = await verify(changes)
    expect([status, out.split(':')[0]]).toEqual([1, `no  ${code}`])
  })

  test.each<[string, string, () => Promise<string>]>([
    ['an expired decision', 'expired', () => attested({ meta: { validUntil: '2026-01-01T00:00Z' } })],
    [
      'mock-only evidence where the policy asks for live',
      'evidence-too-weak',
      () => attested({ policy: { evidenceLevel: 'live' } }),
    ],
    ['a no-go', 'not-a-go', () => attested({ verdict: 'no-go' })],
    ['a key that is not accepted', 'key-unknown', () => attested({}, join(keys, '..', 'stranger'))],
    [
      'a decision that was tampered with',
      'signature-invalid',
      async () => {
        const file = await attested({})
        const [first, second = ''] = (await workspace.read(file)).split('\n')
        const { payload, ...envelope } = JSON.parse(second)
        const text = Buffer.from(payload, 'base64').toString().replace('2099-12-01', '2199-12-01')
        const tampered = JSON.stringify({ ...envelope, payload: Buffer.from(text).toString('base64') })
        await workspace.write(file, `${first}\n${tampered}\n`)
        return file
      },
    ],
  ])('says no to %s: %s', async (_name, code, made) => {
    const { status, out } = await verify({ '--decisions': undefined }, await made())
    expect([status, out.split(':')[0]]).toEqual([1, `no  ${code}`])
  })

  test('says no when there is no decision', async () => {
    const { status, out } = await verify({}, 'reports/none.intoto.jsonl')
    expect([status, out.split(':')[0]]).toEqual([1, 'no  decision-missing'])
  })

  test.each([
    ['a digest that is none', { '--subject': 'latest' }, /error usage: "latest" is no digest/],
    ['a signing key to verify with', { '--key': '' }, /error key-unusable: .* holds a private key/],
    ['no key', { '--key': undefined }, /error usage: It is not said whose decisions are accepted/],
  ])('never says yes to a wrong question: %s', async (_name, changes, message) => {
    const key = '--key' in changes && changes['--key'] === '' ? { '--key': join(keys, 'signing-key.pem') } : changes
    const { status, out, err } = await verify(key)
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })
})

describe('keygen', () => {
  test('keeps the signing key to its owner and never overwrites one', async () => {
    expect((await stat(join(keys, 'signing-key.pem'))).mode & 0o777).toBe(0o600)
    const { status, err } = await workspace.run(['keygen', '--out', keys])
    expect(status).toBe(2)
    expect(err).toMatch(/error key-unusable: The pair cannot be written/)
  })

  test('makes no key where it could be committed', async () => {
    const { status, err } = await workspace.run(['keygen', '--out', 'keys'])
    expect(status).toBe(2)
    expect(err).toMatch(/error key-unusable: keys lies in a repository/)
  })
})

describe('signing', () => {
  test.each([
    ['no build is named', [], /error usage: A decision is signed for one build/],
    ['a tag instead of a digest', ['--subject', 'connector=1.0.0', '--environment', 'production'], /is no subject/],
    ['an undeclared environment', ['--subject', SUBJECT, '--environment', 'prod'], /has no environment "prod"/],
  ])('%s: nothing is run', async (_name, options, message) => {
    const { status, out, err } = await workspace.run(['run', CONTROL, ...options, '--reports', 'unsigned'], signing())
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })

  test('attest signs a stored assessment, and refuses another build than was asked about', async () => {
    const assessment = 'reports/tryton-ap/control-6.0/assessment.json'
    const key = ['--key', join(keys, 'signing-key.pem'), '--environment', 'production']
    const out = ['--out', 'attested/decision.intoto.jsonl']
    expect((await workspace.run(['attest', assessment, ...key, '--subject', SUBJECT, ...out])).status).toBe(0)
    expect((await verify({ '--decisions': 'attested' }, out[1])).status).toBe(0)
    const by = ['--environment', 'production', '--subject', SUBJECT, ...out]
    const unsigned = await workspace.run(['attest', assessment, ...by])
    expect([unsigned.status, unsigned.err]).toEqual([2, expect.stringContaining('either with a key or with Sigstore')])
    const other = `tryton-ap-connector=${digestOf('another build')}`
    const refused = await workspace.run(['attest', assessment, ...key, '--subject', other, ...out])
    expect(refused.status).toBe(2)
    expect(refused.err).toMatch(/error decision-unfounded: The assessment is of the connector build/)
  })
})

test('a go that was copied away is worth nothing after a later no-go, and a run that ends early leaves no decision', async () => {
  await workspace.write('copied.intoto.jsonl', await workspace.read(DECISION))
  expect((await verify({}, 'copied.intoto.jsonl')).status).toBe(0)
  const notes =
    '\nnotes:\n  - { id: RN-1, from: erp-publisher, source: release notes, says: Taxes move., affects-us: undecided }\n'
  await workspace.write(`${CONTROL}/change.yaml`, `${await workspace.read(`${CONTROL}/change.yaml`)}${notes}`)
  const later = await workspace.run(['run', CONTROL, ...BUILD], signing())
  expect(later.status).not.toBe(0)
  const index = await workspace.read('reports/index.html')
  expect(index.match(/<strong class="[a-z-]+">[A-Z-]+/g)).toEqual([
    '<strong class="undecided">UNDECIDED',
    '<strong class="go">GO',
  ])
  const replayed = await verify({}, 'copied.intoto.jsonl')
  expect([replayed.status, replayed.out.split(':')[0]]).toEqual([1, 'no  superseded'])

  await workspace.edit('scenarios/tryton-ap/recordings/2026-10.ndjson', '"decimal":"12.345"', '"decimal":"12.346"')
  expect((await workspace.run(['run', CONTROL, ...BUILD], signing())).status).toBe(2)
  expect(await readdir(join(workspace.folder, 'reports/tryton-ap/control-6.0'))).not.toContain('decision.intoto.jsonl')
})
