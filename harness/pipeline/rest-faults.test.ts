import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Passing, startFaultProxy } from '../cli/testing/fault-proxy.ts'
import {
  answer,
  chaos,
  deliveredTwice,
  from,
  late,
  on,
  reset,
  resetAfter,
  resetMidBody,
  truncated,
} from '../cli/testing/faults.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { runChange } from './run.ts'
import { serveSnapshot } from './serve.ts'

const SCENARIO = 'scenarios/rest-ap'
const INTEGRATION = `${SCENARIO}/integration.yaml`

let workspace: Workspace
const closers: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await workspace.remove()
})

/** Rehearses a change against a REST ERP behind a proxy that spoils what passes. */
async function rehearsed(
  spoil: (passing: Passing) => Promise<void>,
  { release = '2026-1', isKeyed = false } = {},
): Promise<ChangeAssessment> {
  if (isKeyed)
    await workspace.edit(INTEGRATION, 'auth: bearer\n', 'auth: bearer\n    idempotency-header: Idempotency-Key\n')
  const served = await serveSnapshot({
    snapshot: `${workspace.folder}/snapshots/norvik-${release}`,
    scenario: `${workspace.folder}/${SCENARIO}`,
    port: 0,
  })
  const proxy = await startFaultProxy(served.url, spoil)
  closers.push(proxy.close, served.close)
  await workspace.edit(INTEGRATION, 'http://127.0.0.1:8090', proxy.url)
  process.env.NORVIK_TOKEN = served.password
  const { assessment } = await runChange({
    changeFolder: `${workspace.folder}/${SCENARIO}/changes/${release === '2026-1' ? 'control' : 'api-2026-2'}`,
    target: proxy.url,
    snapshots: `${workspace.folder}/snapshots`,
    reports: `${workspace.folder}/reports`,
    timing: { settle: 20, pause: 5 },
  })
  return assessment
}

const CREATE = /^POST \/v1\/bills$/
const TRANSITION = /^POST \/v1\/bills\/.*\/(approve|void)$/
const READ = /^GET /
const page = answer(200, '<html>Back at 06:00</html>')
const busy = answer(503, 'busy', { 'retry-after': '0' })

/** What passes: the assessment is that of a run without the fault. */
const HEALED = [
  { name: 'a create that never arrives', spoil: () => on(CREATE, reset) },
  { name: 'a create that is done and whose answer is lost', spoil: () => on(CREATE, resetAfter) },
  { name: 'a create whose answer breaks off', spoil: () => on(CREATE, resetMidBody) },
  { name: 'a create whose answer is half a JSON text', spoil: () => on(CREATE, truncated) },
  { name: 'a create that a page with status 200 answers', spoil: () => on(CREATE, page) },
  { name: 'a transition that never arrives', spoil: () => on(TRANSITION, reset) },
  { name: 'a transition that is done and whose answer is lost', spoil: () => on(TRANSITION, resetAfter) },
  { name: 'a transition whose answer is half a JSON text', spoil: () => on(TRANSITION, truncated) },
  { name: 'reads that break off', spoil: () => on(READ, resetMidBody, (nth) => nth % 20 === 0) },
  {
    name: 'reads that are answered late and twice',
    spoil: () =>
      on(
        READ,
        (passing) => late(passing, deliveredTwice),
        (nth) => nth % 40 === 0,
      ),
  },
  { name: 'a burst of 503 with Retry-After', spoil: () => on(/./, busy, (nth) => nth % 60 < 3) },
  { name: 'a burst of 500', spoil: () => on(/./, answer(500, 'oops'), (nth) => nth % 60 < 2) },
]

/** What does not pass: undecided, with the time and who mends it, and nothing is said of any invoice. */
const LASTING = [
  { name: 'a token that expires in the middle', spoil: from(60, answer(401, '')), text: /HTTP 401/ },
  { name: '429 without end', spoil: from(60, answer(429, '', { 'retry-after': '0' })), text: /HTTP 429/ },
  { name: 'a maintenance page with status 200', spoil: from(60, page), text: /is not JSON|with no document/ },
  {
    name: 'a page of a proxy with status 400',
    spoil: from(60, answer(400, '<html>Bad Request</html>')),
    text: /HTTP 400/,
  },
  { name: 'a create that no try gets through', spoil: on(CREATE, reset, (nth) => nth >= 8), text: /does not answer/ },
]

describe('the release in production against itself', () => {
  test.each(
    HEALED.flatMap(({ name, spoil }) => [
      { name: `${name}, looked up`, spoil, isKeyed: false },
      { name: `${name}, sent again under its key`, spoil, isKeyed: true },
    ]),
  )('$name: a go all the same', async ({ spoil, isKeyed }) => {
    const assessment = await rehearsed(spoil(), { isKeyed })
    expect([assessment.verdict, assessment.reasons, assessment.findings]).toEqual(['go', [], []])
    expect(assessment.accounting.reconciles).toBe(true)
    expect(assessment.leftBehind).toEqual([])
  })

  test.each(LASTING)('$name: undecided, and no finding', { timeout: 60_000 }, async ({ spoil, text }) => {
    const assessment = await rehearsed(spoil)
    expect([assessment.verdict, assessment.findings]).toEqual(['undecided', []])
    const reason = assessment.reasons.find(({ code }) => code === 'connection-fault')
    expect(reason?.text).toMatch(text)
    expect(reason?.text).toMatch(/The connection failed at 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d/)
    expect(reason?.lane).toBe('it')
  })

  test('without a key, a create that is delivered twice is a no-go that names the invoice', async () => {
    const twice = () => on(CREATE, deliveredTwice, (nth) => nth === 4)
    const plain = await rehearsed(twice())
    expect(plain.findings.map(({ check, invoices }) => [check, invoices])).toEqual([
      ['document-duplicated', ['S-1003 TF/26/4410']],
    ])
    expect([plain.verdict, plain.leftBehind]).toEqual(['no-go', []])
  })

  test('under a key, a create that is delivered twice is one document', async () => {
    const keys: string[] = []
    const twice = on(CREATE, deliveredTwice, (nth) => nth === 4)
    const assessment = await rehearsed(
      async (passing) => {
        if (CREATE.test(passing.method)) keys.push(String(passing.headers['idempotency-key']))
        await twice(passing)
      },
      { isKeyed: true },
    )
    expect([assessment.verdict, assessment.findings]).toEqual(['go', []])
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test.each([1, 2])('chaos %i: a go or undecided, and no finding', { timeout: 120_000 }, async (seed) => {
    const assessment = await rehearsed(chaos(seed), { isKeyed: seed % 2 === 0 })
    expect(['go', 'undecided']).toContain(assessment.verdict)
    expect(assessment.findings).toEqual([])
  })
})

describe('a release that breaks something', () => {
  test.each([...[1, 2].map((seed) => ({ name: `chaos ${seed}`, spoil: chaos(seed) }))])(
    '$name: a no-go or undecided, never a go',
    async ({ spoil }) => {
      const { verdict } = await rehearsed(spoil, { release: '2026-2' })
      expect(['no-go', 'undecided']).toContain(verdict)
    },
  )
})
