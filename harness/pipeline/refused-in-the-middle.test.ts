import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Passing, passOn, startFaultProxy } from '../cli/testing/fault-proxy.ts'
import { toldOfOthers } from '../cli/testing/told.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { writeRecording } from '../record/store.ts'
import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { CREDENTIAL, excerpt, sample, virtualOf } from './fixtures/tryton.ts'
import { runChange } from './run.ts'

const INTEGRATION = 'scenarios/tryton-ap/integration.yaml'
const REFUSED = 'SUP-1008 RE-26-77390'
const bench = await sample('7.0')
const few = excerpt(await sample('6.0'), (key) => /^SUP-(1007|1008|1009|1012) /.test(key))

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

async function rehearsed(spoil: (passing: Passing) => Promise<void>): Promise<ChangeAssessment> {
  const served = await serveVirtualErp(virtualOf(bench), 0)
  const proxy = await startFaultProxy(served.url, spoil)
  closers.push(proxy.close, served.close)
  await workspace.edit(INTEGRATION, /http:\/\/127\.0\.0\.1:\d+/, proxy.url)
  await writeRecording(`${workspace.folder}/scenarios/tryton-ap/recordings/2026-10.ndjson`, few.recording)
  const { assessment } = await runChange({
    changeFolder: `${workspace.folder}/scenarios/tryton-ap/changes/erp-7.0`,
    target: proxy.url,
    snapshots: `${workspace.folder}/snapshots`,
    reports: `${workspace.folder}/reports`,
    timing: { settle: 20, pause: 5 },
  })
  return assessment
}

/** The create of one invoice is refused as Tryton refuses, so that every id after it is another one. */
async function refusing(passing: Passing): Promise<void> {
  const { body, method, outgoing } = passing
  if (!/invoice\.create$/.test(method) || !body.includes('RE-26-77390')) return passOn(passing)
  const id = Number(/"id":\s*(\d+)/.exec(body.toString('utf8'))?.[1])
  const error = ['UserError', ['The account is closed.', '', null]]
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id, error }))
}

test('an invoice that is refused in the middle makes nothing false after it and hides nothing', {
  timeout: 120_000,
}, async () => {
  const [before, after] = [await rehearsed(passOn), await rehearsed(refusing)]
  const outcomes = ({ invoices }: ChangeAssessment) => new Map(invoices.map(({ key, outcome }) => [key, outcome]))
  const [was, is] = [outcomes(before), outcomes(after)]
  expect([...is].filter(([key, outcome]) => was.get(key) !== outcome)).toEqual([[REFUSED, 'refused']])
  expect([...was.keys()].indexOf(REFUSED)).toBeGreaterThan(3)
  expect([...was.keys()].indexOf(REFUSED)).toBeLessThan(was.size - 3)

  const [then, now] = [toldOfOthers(before, [REFUSED]), toldOfOthers(after, [REFUSED])]
  const isSame = ([what, invoices]: readonly [string, readonly string[]]) => then.get(what)?.join() === invoices.join()
  expect([...now].filter((told) => !isSame(told))).toEqual([
    [expect.stringMatching(/^invoice-refused account\.invoice\/create .*UserError/), []],
  ])
  // Nothing that was said of another invoice is left unsaid.
  expect([...then].filter(([what, invoices]) => invoices.length > 0 && !now.has(what))).toEqual([])
  expect(after.accounting.reconciles).toBe(true)
})
