import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChangeAssessment } from '../model/assessment.ts'
import { CREDENTIAL, excerpt, sample } from '../pipeline/fixtures/tryton.ts'
import { startRecording } from '../pipeline/record.ts'
import { readRecording, writeRecording } from '../record/store.ts'
import { hasDocker, startSandbox } from '../targets/container.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import { refusing, TOLD_AFTER_REFUSAL, toldAfterRefusal } from './testing/refused.ts'
import { Workspace } from './testing/workspace.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = 'scenarios/tryton-ap'
const MINUTES = 60_000

const docker = await hasDocker()
if (!docker) {
  const loud =
    'NOT TESTED: no Docker engine answers, so nothing was replayed against a real Tryton. Start Docker to test it.'
  if (process.env.CI) throw new Error(loud)
  console.warn(`\n${'!'.repeat(loud.length)}\n${loud}\n${'!'.repeat(loud.length)}\n`)
}

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

async function assessed(change: string): Promise<ChangeAssessment> {
  return ChangeAssessment.parse(await workspace.assessment(change))
}

describe.skipIf(!docker)('on a real Tryton', () => {
  test('the control on a fresh 6.0 is a go with no finding, twice in a row', { timeout: 5 * MINUTES }, async () => {
    for (let run = 0; run < 2; run++) {
      const { status } = await workspace.run(['run', `${SAMPLE}/changes/control-6.0`, '--target', 'container'])
      const assessment = await assessed('control-6.0')
      expect(assessment.findings.map((finding) => finding.message)).toEqual([])
      expect([status, assessment.verdict, assessment.evidence.level]).toEqual([0, 'go', 'live'])
    }
  })

  test('the sample connector gets the verdict that the virtual 6.0 gives', { timeout: 8 * MINUTES }, async () => {
    const connector = `${process.execPath} ${join(ROOT, SAMPLE, 'connector/main.ts')}`
    const seen: unknown[] = []
    for (const target of ['mock', 'container']) {
      const flags = ['--target', target, '--connector', connector, '--fail-well', 'none']
      const { status } = await workspace.run(['run', `${SAMPLE}/changes/connector-1.1`, ...flags])
      const { verdict, findings, evidence, accounting } = await assessed('connector-1.1')
      seen.push({ status, verdict, findings, level: evidence.level, stored: accounting.compared })
    }
    const go = { status: 0, verdict: 'go', findings: [], stored: 49 }
    expect(seen).toEqual([
      { ...go, level: 'recorded' },
      { ...go, level: 'live' },
    ])
  })

  test('7.0 gives the findings of the mocked API, and the report says how far the two agree', {
    timeout: 5 * MINUTES,
  }, async () => {
    const update = `${SAMPLE}/changes/erp-7.0`
    expect((await workspace.run(['run', update])).status).toBe(1)
    const mocked = await assessed('erp-7.0')
    const { status, out } = await workspace.run(['run', update, '--target', 'container'])
    const live = await assessed('erp-7.0')
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

  test('recording the sample connector in front of a real 6.0 gives the committed recording', {
    timeout: 3 * MINUTES,
  }, async () => {
    const sandbox = await startSandbox('tryton-6.0', join(ROOT, 'ci/sandbox'))
    try {
      const out = join(workspace.folder, 'again.ndjson')
      const recording = await startRecording({ upstream: sandbox.url, port: 0, out, scenario: join(ROOT, SAMPLE) })
      await execa(
        process.execPath,
        [
          join(ROOT, SAMPLE, 'connector/main.ts'),
          ...['--url', recording.url, '--database', sandbox.database],
          ...['--invoices', join(ROOT, SAMPLE, 'invoices/approved-2026-10.json')],
          ...['--results', join(workspace.folder, 'results.json')],
        ],
        { env: { TRYTON_USER: sandbox.user, TRYTON_PASSWORD: sandbox.password } },
      )
      await recording.finish()
      const [again, committed] = [
        await readRecording(out),
        await readRecording(join(ROOT, SAMPLE, 'recordings/2026-10.ndjson')),
      ]
      expect(again.interactions.length).toBe(committed.interactions.length)
      const shape = (interaction: (typeof again.interactions)[number]) => {
        const { body } = interaction.request
        return [
          interaction.seq,
          interaction.request.path,
          body !== undefined && 'json' in body ? Reflect.get(Object(body.json), 'method') : null,
          interaction.response.status,
        ]
      }
      expect(again.interactions.map(shape)).toEqual(committed.interactions.map(shape))
      expect(await readFile(out, 'utf8')).not.toContain(sandbox.password)
    } finally {
      await sandbox.stop()
    }
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
    const mocked = await assessed('control-6.0')

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
    const live = await assessed('control-6.0')
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
