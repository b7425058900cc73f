import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChangeAssessment } from '../model/assessment.ts'
import { hasDocker, type RunningSandbox, startSandbox } from '../targets/container.ts'
import { toldOfOthers } from './testing/told.ts'
import { Workspace } from './testing/workspace.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = 'scenarios/tryton-ap'
const INTEGRATION = `${SAMPLE}/integration.yaml`
const MINUTES = 60_000

// container.test.ts says it aloud where no Docker engine answers, and fails for it in CI.
const docker = await hasDocker()

let workspace: Workspace
let sandbox: RunningSandbox | undefined
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(async () => {
  await sandbox?.stop()
  sandbox = undefined
  await workspace.remove()
})

/** Starts a sandbox, which the integration then declares. */
async function start(name: string): Promise<RunningSandbox> {
  sandbox = await startSandbox(name, join(ROOT, 'ci/sandbox'))
  await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', sandbox.url)
  return sandbox
}

/** Calls a model as the administrator of the sandbox, who may do what the connector may not. */
async function asAdministrator({ url, database }: RunningSandbox) {
  const post = async (method: string, params: readonly unknown[], headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`${url}/${database}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ id: 1, method, params }),
    })
    const told: { result?: unknown; error?: unknown } = JSON.parse(await answer.text())
    if (told.error !== undefined && told.error !== null) throw new Error(`${method}: ${JSON.stringify(told.error)}`)
    return told.result
  }
  const [user, key] = (await post('common.db.login', ['admin', { password: 'admin-sandbox-only' }])) as [number, string]
  const authorization = `Session ${Buffer.from(`admin:${user}:${key}`).toString('base64')}`
  return (method: string, ...params: readonly unknown[]) => post(method, [...params, { company: 1 }], { authorization })
}

async function run(change: string, { url, user, password }: RunningSandbox): Promise<ChangeAssessment> {
  const { err } = await workspace.run(['run', `${SAMPLE}/changes/${change}`, '--target', url], {
    TRYTON_USER: user,
    TRYTON_PASSWORD: password,
  })
  expect(err.match(/error .*/)?.[0]).toBeUndefined()
  return ChangeAssessment.parse(await workspace.assessment(change))
}

describe.skipIf(!docker)('on a real Tryton', () => {
  test('an invoice that is refused in the middle of the recording makes nothing false after it and hides nothing', {
    timeout: 10 * MINUTES,
  }, async () => {
    const erp = await start('tryton-7.0')
    const before = await run('erp-7.0', erp)
    const call = await asAdministrator(erp)
    const account = await call('model.account.account.search', [['code', '=', '2200']], 0, null, null)
    // The account of one invoice, the 29th of 49, takes none any more: every id after it is another one.
    await call('model.account.account.write', account, {
      end_date: { __class__: 'date', year: 2025, month: 12, day: 31 },
    })
    const after = await run('erp-7.0', erp)
    const refused = 'SUP-1008 RE-26-77390'

    const outcomes = ({ invoices }: ChangeAssessment) => new Map(invoices.map(({ key, outcome }) => [key, outcome]))
    const [was, is] = [outcomes(before), outcomes(after)]
    expect([...is].filter(([key, outcome]) => was.get(key) !== outcome)).toEqual([[refused, 'refused']])
    expect([...was.keys()].indexOf(refused)).toBe(28)

    const [then, now] = [toldOfOthers(before, [refused]), toldOfOthers(after, [refused])]
    const isSame = ([what, invoices]: readonly [string, readonly string[]]) =>
      then.get(what)?.join() === invoices.join()
    expect([...now].filter((told) => !isSame(told))).toEqual([
      [expect.stringMatching(/^invoice-refused account\.invoice\/create /), []],
      [expect.stringMatching(/^value-altered account\.account\/end_date /), []],
    ])
    // Nothing that was said of another invoice is left unsaid.
    expect([...then].filter(([what, invoices]) => invoices.length > 0 && !now.has(what))).toEqual([])
    expect([before.leftBehind, after.leftBehind]).toEqual([[], []])
    expect(after.accounting).toMatchObject({ recorded: 49, compared: 49, reconciles: true })
  })

  test('after month end, the control on 6.0 is a go with dates of an open period', {
    timeout: 5 * MINUTES,
  }, async () => {
    const erp = await start('tryton-6.0')
    const call = await asAdministrator(erp)
    await call(
      'model.account.period.close',
      await call('model.account.period.search', [['name', '=', '2026-10']], 0, null, null),
    )
    const assessment = await run('control-6.0', erp)
    const blocking = assessment.findings.filter(({ severity }) => severity !== 'info')
    expect(blocking.map(({ message }) => message)).toEqual([])
    expect([assessment.verdict, assessment.evidence.level]).toEqual(['go', 'live'])
    const moved = assessment.evidence.notCompared.filter(({ what }) => what === 'dates of invoices')
    expect(moved.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(40)
    expect(assessment.accounting).toMatchObject({ recorded: 49, compared: 49, reconciles: true })
  })
})
