import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CREDENTIAL, excerpt, sample } from '../pipeline/fixtures/tryton.ts'
import { writeRecording } from '../record/store.ts'
import { hasDocker } from '../targets/container.ts'
import { loudly } from './testing/docker.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import { refusing, TOLD_AFTER_REFUSAL, toldAfterRefusal } from './testing/refused.ts'
import { Workspace } from './testing/workspace.ts'

const SAMPLE = 'scenarios/tryton-ap'
const MINUTES = 60_000

const docker = loudly(await hasDocker())

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

describe.skipIf(!docker)('on a real Tryton 7.0', () => {
  test('7.0 gives the findings of the mocked API, and the report says how far the two agree', {
    timeout: 5 * MINUTES,
  }, async () => {
    const update = `${SAMPLE}/changes/erp-7.0`
    expect((await workspace.run(['run', update])).status).toBe(1)
    const mocked = await workspace.assessed('erp-7.0')
    const { status, out } = await workspace.run(['run', update, '--target', 'container'])
    const live = await workspace.assessed('erp-7.0')
    expect([status, live.verdict, live.evidence.level]).toEqual([1, 'no-go', 'live'])
    expect(live.findings.map((finding) => finding.fingerprint)).toEqual(
      mocked.findings.map((finding) => finding.fingerprint),
    )
    const { compared = 0, agreed, disagreements } = live.evidence.agreement ?? {}
    expect(disagreements).toEqual([])
    expect(compared).toBeGreaterThan(30_000)
    expect(agreed).toBe(compared)
    expect(out).toMatch(/mocked API and sandbox agree on [\d ]+ of [\d ]+ values/)
    expect(live.accounting).toMatchObject({ recorded: 49, replayed: 49, observed: 49, compared: 49, reconciles: true })
  })

  test('the rollback brings the baseline back: stored documents kept, and exports as before', {
    timeout: 20 * MINUTES,
  }, async () => {
    const { status, out } = await workspace.run([
      'rollback',
      `${SAMPLE}/changes/erp-7.0`,
      ...['--rehearse', '--target', 'container'],
    ])
    expect(out).toMatch(/^PROVEN {2}49 invoices come out as before; 47 stored documents kept, 0 lost\.$/m)
    expect(status).toBe(0)
  })

  test('a 7.0 that stays up: where an invoice is refused in the middle and the month is closed, nothing is false or hidden', {
    timeout: 5 * MINUTES,
  }, async () => {
    const up = await workspace.run(['sandbox', 'up', 'tryton-7.0'])
    expect(up.out).toMatch(/^url +http:\/\/\S+:\d+$/m)
    expect(up.out).toMatch(/^database +erp$/m)
    const change = `${SAMPLE}/changes/control-6.0`
    await workspace.edit(`${change}/change.yaml`, 'to: "6.0"', 'to: "7.0"')
    const { recording } = excerpt(await sample('6.0'), (key) => /^SUP-100[89] /.test(key))
    await writeRecording(`${workspace.folder}/${SAMPLE}/recordings/2026-10.ndjson`, recording)
    await workspace.run(['run', change])
    const mocked = await workspace.assessed('control-6.0')

    const url = /^url +(http:\S+)$/m.exec(up.out)?.[1] ?? ''
    await closePeriod(url, '2026-10')
    const months = new Set<string>()
    const proxy = await startFaultProxy(url, (passing) => {
      const dates = passing.body.toString('utf8').matchAll(/"month":(\d+)/g)
      if (/invoice\.create$/.test(passing.method)) for (const [, month = ''] of dates) months.add(month)
      return refusing(passing)
    })
    await workspace.edit(`${SAMPLE}/integration.yaml`, 'http://127.0.0.1:8000', proxy.url)
    await workspace.run(['run', change, '--target', proxy.url], {
      TRYTON_USER: CREDENTIAL.user,
      TRYTON_PASSWORD: CREDENTIAL.password,
    })
    const live = await workspace.assessed('control-6.0')
    await proxy.close()
    const down = await workspace.run(['sandbox', 'down', 'tryton-7.0'])
    expect(down.out).toMatch(/^tryton-7\.0: \d+ containers? removed$/)

    expect(live.evidence.level).toBe('live')
    expect(toldAfterRefusal(mocked, live)).toEqual(TOLD_AFTER_REFUSAL)
    expect(months).toEqual(new Set(['11']))
    const moved = live.evidence.notCompared.filter(({ what }) => what === 'dates of invoices')
    expect(moved.reduce((sum, { count }) => sum + count, 0)).toBe(8)
    expect(moved.filter(({ why }) => !/^period 2026-10 is not open .* into 2026-11, .*taken back/.test(why))).toEqual(
      [],
    )
  })
})

/** Closes a period as an accountant does. */
async function closePeriod(url: string, name: string): Promise<void> {
  const call = async (method: string, params: readonly unknown[], authorization = '') => {
    const answer = await fetch(`${url}/erp/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
      body: JSON.stringify({ id: 1, method, params }),
    })
    const { result, error } = Object(await answer.json())
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }
  const [user, key] = await call('common.db.login', ['admin', { password: 'admin-sandbox-only' }])
  const session = `Session ${Buffer.from(`admin:${user}:${key}`).toString('base64')}`
  const context = await call('model.res.user.get_preferences', [true, {}], session)
  const ids = await call('model.account.period.search', [[['name', '=', name]], 0, null, null, context], session)
  await call('model.account.period.close', [ids, context], session)
}
