import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Passing, passOn, startFaultProxy } from '../cli/testing/fault-proxy.ts'
import { refusing, TOLD_AFTER_REFUSAL, toldAfterRefusal } from '../cli/testing/refused.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { writeRecording } from '../record/store.ts'
import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { CREDENTIAL, excerpt, sample, virtualOf } from './fixtures/tryton.ts'
import { runChange } from './run.ts'

const INTEGRATION = 'scenarios/tryton-ap/integration.yaml'
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

test('an invoice that is refused in the middle makes nothing false after it and hides nothing', {
  timeout: 120_000,
}, async () => {
  const [before, after] = [await rehearsed(passOn), await rehearsed(refusing)]
  expect(toldAfterRefusal(before, after)).toEqual(TOLD_AFTER_REFUSAL)
})
