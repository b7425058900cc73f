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
import { writeRecording } from '../record/store.ts'
import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { CREDENTIAL, excerpt, sample, virtualOf } from './fixtures/tryton.ts'
import { runChange } from './run.ts'

const INTEGRATION = 'scenarios/tryton-ap/integration.yaml'
const RECORDING = 'scenarios/tryton-ap/recordings/2026-10.ndjson'
const benches = { '6.0': await sample('6.0'), '7.0': await sample('7.0') }

/** Four suppliers: a cancelled invoice, a duplicate export, a refused one, credit notes, foreign currency. */
const few = excerpt(benches['6.0'], (key) => /^SUP-(1001|1002|1009|1012) /.test(key))

let workspace: Workspace
const closers: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  workspace = await Workspace.create()
  process.env.TRYTON_USER = CREDENTIAL.user
  process.env.TRYTON_PASSWORD = CREDENTIAL.password
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await workspace.remove()
})

/** Rehearses a change against a virtual ERP behind a proxy that spoils what passes. */
async function rehearsed(
  release: '6.0' | '7.0',
  spoil: (passing: Passing) => Promise<void>,
): Promise<Readonly<{ assessment: ChangeAssessment }>> {
  const served = await serveVirtualErp(virtualOf(benches[release]), 0)
  const proxy = await startFaultProxy(served.url, spoil)
  closers.push(proxy.close, served.close)
  await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', proxy.url)
  await writeRecording(`${workspace.folder}/${RECORDING}`, few.recording)
  const { assessment } = await runChange({
    changeFolder: `${workspace.folder}/scenarios/tryton-ap/changes/${release === '6.0' ? 'control-6.0' : 'erp-7.0'}`,
    target: proxy.url,
    snapshots: `${workspace.folder}/snapshots`,
    reports: `${workspace.folder}/reports`,
    timing: { settle: 20, pause: 5 },
  })
  return { assessment }
}

const CREATE = /invoice\.create$/
const TRANSITION = /invoice\.(validate_invoice|post|cancel|delete)$/
const READ = /\.(read|search|search_read)$/

/** What passes: the assessment is that of a run without the fault. */
const HEALED = [
  { name: 'answers that come late', spoil: on(/./, late, (nth) => nth % 100 === 0) },
  { name: 'a create that never arrives', spoil: on(CREATE, reset) },
  { name: 'a create that is done and whose answer is lost', spoil: on(CREATE, resetAfter) },
  { name: 'a create whose answer breaks off', spoil: on(CREATE, resetMidBody) },
  { name: 'a create whose answer is half a JSON text', spoil: on(CREATE, truncated) },
  { name: 'a create that a page with status 200 answers', spoil: on(CREATE, answer(200, '<html>Back soon</html>')) },
  { name: 'a transition that never arrives', spoil: on(TRANSITION, reset) },
  { name: 'a transition that is done and whose answer is lost', spoil: on(TRANSITION, resetAfter) },
  { name: 'a transition whose answer is half a JSON text', spoil: on(TRANSITION, truncated) },
  { name: 'reads that break off', spoil: on(READ, resetMidBody, (nth) => nth % 60 === 0) },
  { name: 'reads that are delivered twice', spoil: on(READ, deliveredTwice) },
  {
    name: 'a burst of 503 with Retry-After',
    spoil: on(/./, answer(503, 'busy', { 'retry-after': '0' }), (nth) => nth % 200 < 3),
  },
  { name: 'a burst of 500', spoil: on(/./, answer(500, 'oops'), (nth) => nth % 200 < 2) },
  { name: 'a burst of 429', spoil: on(CREATE, answer(429, 'slow down', { 'retry-after': '0' }), (nth) => nth % 9 < 2) },
]

/** What does not pass: undecided, with the time and who mends it, and nothing is said of any invoice. */
const LASTING = [
  { name: 'a token that expires in the middle', spoil: from(300, answer(401, '')), lane: 'it', text: /HTTP 401/ },
  { name: '429 without end', spoil: from(300, answer(429, '', { 'retry-after': '0' })), lane: 'it', text: /HTTP 429/ },
  {
    name: '429 that asks for an hour',
    spoil: from(300, answer(429, '', { 'retry-after': '3600' })),
    lane: 'it',
    text: /HTTP 429/,
  },
  { name: 'connections that are dropped', spoil: from(300, reset), lane: 'it', text: /does not answer/ },
  {
    name: 'a maintenance page with status 200',
    spoil: from(300, answer(200, '<html>Back at 06:00</html>')),
    lane: 'it',
    text: /no JSON-RPC envelope: <html>Back at 06:00/,
  },
  { name: 'a bridge that is offline', spoil: from(300, answer(502, 'agent is offline')), lane: 'it', text: /HTTP 502/ },
  { name: 'answers that are cut off', spoil: from(300, truncated), lane: 'it', text: /no JSON-RPC envelope/ },
  {
    name: 'a create that no try gets through',
    spoil: on(CREATE, reset, (nth) => nth >= 8),
    lane: 'it',
    text: /does not answer/,
  },
]

describe('the release in production against itself', () => {
  test.each(HEALED)('$name: a go all the same', async ({ spoil }) => {
    const { assessment } = await rehearsed('6.0', spoil)
    expect([assessment.verdict, assessment.reasons]).toEqual(['go', []])
    expect(assessment.accounting.reconciles).toBe(true)
    expect(assessment.leftBehind).toEqual([])
  })

  test.each(LASTING)('$name: undecided, and no finding', async ({ spoil, lane, text }) => {
    const { assessment } = await rehearsed('6.0', spoil)
    expect([assessment.verdict, assessment.findings]).toEqual(['undecided', []])
    const reason = assessment.reasons.find(({ code }) => code === 'connection-fault')
    expect(reason?.text).toMatch(text)
    expect(reason?.text).toMatch(/The connection failed at 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d/)
    expect([reason?.lane, reason?.contact]).toEqual([lane, 'ERP operations <erp-operations@halden-soen.example>'])
  })

  test('a create that is delivered twice: never a go, the invoice is named, and both documents are removed', async () => {
    const { assessment } = await rehearsed(
      '6.0',
      on(CREATE, deliveredTwice, (nth) => nth === 7),
    )
    expect(assessment.verdict).toBe('no-go')
    expect(assessment.findings.map(({ check, invoices }) => [check, invoices])).toEqual([
      ['document-duplicated', ['SUP-1009 OSF-21007']],
    ])
    expect(assessment.leftBehind).toEqual([])
  })

  test.each([1, 2, 3])('chaos %i: a go or undecided, and no finding', { timeout: 120_000 }, async (seed) => {
    const { assessment } = await rehearsed('6.0', chaos(seed))
    expect(['go', 'undecided']).toContain(assessment.verdict)
    expect(assessment.findings).toEqual([])
  })
})

describe('a release that breaks something', () => {
  test.each([
    ...[1, 2].map((seed) => ({ name: `chaos ${seed}`, spoil: chaos(seed) })),
    { name: 'connections that are dropped in the replay as is', spoil: from(400, reset) },
    { name: 'a token that expires in the replay with the plan', spoil: from(780, answer(401, '')) },
  ])('$name: a no-go or undecided, never a go', { timeout: 120_000 }, async ({ spoil }) => {
    const { assessment } = await rehearsed('7.0', spoil)
    expect(['no-go', 'undecided']).toContain(assessment.verdict)
  })
})
