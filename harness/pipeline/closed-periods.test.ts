import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Passing, passOn, startFaultProxy } from '../cli/testing/fault-proxy.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { runChange } from './run.ts'
import { serveSnapshot } from './serve.ts'

const SCENARIO = 'scenarios/rest-ap'
const INTEGRATION = `${SCENARIO}/integration.yaml`
const VALUES = `${SCENARIO}/values/norvik.yaml`
const SNAPSHOT = 'snapshots/norvik-2026-1'

let workspace: Workspace
let integration: string
const closers: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  workspace = await Workspace.create()
  await workspace.edit(
    INTEGRATION,
    /( {4}lists:\n)/,
    '    periods: { list: periods, open: { at: /state, is: open } }\n$1      periods: { operation: GET /periods, code: /name }\n',
  )
  const months = ['10', '11', '12'].map((month) => `  - { code: 2026-${month}, id: "${month}", state: open }\n`)
  await workspace.write(VALUES, `${await workspace.read(VALUES)}\nperiods:\n${months.join('')}`)
  await rm(join(workspace.folder, SNAPSHOT), { recursive: true })
  const made = await workspace.run([
    ...['snapshot', '--schema', `${SCENARIO}/specifications/norvik-2026-1.yaml`, '--values', VALUES],
    ...['--scenario', SCENARIO, '--out', SNAPSHOT],
  ])
  expect([made.status, made.err.match(/error .*/)?.[0]]).toEqual([0, undefined])
  integration = await workspace.read(INTEGRATION)
}, 60_000)
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => workspace.remove())

/** A sandbox in which some periods are closed, and what was sent to it. */
async function rehearsed(
  closed: readonly string[],
  spoil: (text: string, method: string) => string = (text) => text,
): Promise<Readonly<{ assessment: ChangeAssessment; dates: readonly string[] }>> {
  const folder = (path: string) => join(workspace.folder, path)
  const served = await serveSnapshot({ snapshot: folder(SNAPSHOT), scenario: folder(SCENARIO), port: 0 })
  const dates: string[] = []
  const proxy = await startFaultProxy(served.url, async (passing: Passing) => {
    const { method, body, outgoing } = passing
    if (method === 'POST /v1/bills') {
      const date = String(JSON.parse(body.toString('utf8')).billDate)
      dates.push(date)
      if (closed.includes(date.slice(0, 7))) {
        const errors = [{ code: 'period-closed', message: `${date.slice(0, 7)} is closed`, pointer: '/billDate' }]
        outgoing.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }))
        return
      }
    }
    await passOn({
      ...passing,
      forward: async () => {
        const answer = await passing.forward()
        let text = spoil(answer.body.toString('utf8'), method)
        for (const month of method === 'GET /v1/periods' ? closed : []) {
          text = text.replace(new RegExp(`("name":"${month}"[^}]*"state":)"open"`), '$1"closed"')
        }
        // A real ERP does not say that it is a virtual one.
        return { ...answer, headers: { ...answer.headers, server: 'norvik' }, body: Buffer.from(text) }
      },
    })
  })
  closers.push(proxy.close, served.close)
  await workspace.write(INTEGRATION, integration.replace('http://127.0.0.1:8090', proxy.url))
  process.env.NORVIK_TOKEN = served.password
  const { assessment } = await runChange({
    changeFolder: folder(`${SCENARIO}/changes/control`),
    target: proxy.url,
    snapshots: folder('snapshots'),
    reports: folder('reports'),
    timing: { settle: 20, pause: 5 },
  })
  return { assessment, dates }
}

const blocking = ({ findings }: ChangeAssessment) => findings.filter(({ severity }) => severity !== 'info')

describe('the release in production against itself, in a sandbox after month end', { timeout: 120_000 }, () => {
  test('an open period needs no other dates', async () => {
    const { assessment, dates } = await rehearsed(['2026-12'])
    expect([assessment.verdict, blocking(assessment), assessment.evidence.level]).toEqual(['go', [], 'live'])
    expect(new Set(dates.map((date) => date.slice(0, 7)))).toEqual(new Set(['2026-10']))
  })

  test('invoices of a closed period are sent into the next open one, and the control is still a go', async () => {
    const { assessment, dates } = await rehearsed(['2026-10'])
    expect([assessment.verdict, assessment.reasons, blocking(assessment)]).toEqual(['go', [], []])
    expect(assessment.accounting).toMatchObject({ recorded: 15, compared: 15, reconciles: true })
    expect(new Set(dates.map((date) => date.slice(0, 7)))).toEqual(new Set(['2026-11']))
    const told = assessment.evidence.notCompared.filter(({ what }) => what === 'dates of invoices')
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(14)
    expect(told.map(({ why }) => why)).toContain(
      'period 2026-10 is not open in the target: they were sent 35 days later, into 2026-11, and the days taken back before comparing',
    )
  })

  test('a date that the ERP stores wrong is seen, in recorded days', async () => {
    const { assessment } = await rehearsed(['2026-10'], (text, method) =>
      method.startsWith('GET /v1/bills/') && text.includes('"TF/26/4410~')
        ? text.replace(
            /"billDate":"2026-11-(\d\d)"/,
            (_, day) => `"billDate":"2026-11-${String(Number(day) + 1).padStart(2, '0')}"`,
          )
        : text,
    )
    expect(assessment.verdict).toBe('no-go')
    expect(blocking(assessment).map(({ check, pointer, invoices }) => [check, pointer, invoices])).toEqual(
      // As the connector reads it and as the gate does.
      Array(2).fill(['stored-coding-changed', '/billDate', ['S-1003 TF/26/4410']]),
    )
    expect(blocking(assessment)[0]?.examples[0]).toMatchObject({
      baseline: '2026-10-06',
      candidate: '2026-10-07',
    })
  })

  test('where no period is open, nothing is sent: undecided, with the reason and no finding', async () => {
    const { assessment, dates } = await rehearsed(['2026-10', '2026-11', '2026-12'])
    expect([assessment.verdict, blocking(assessment), dates]).toEqual(['undecided', [], []])
    expect(assessment.reasons.map(({ text }) => text).join('\n')).toContain(
      'period 2026-10 is not open in the target, and no other one is: open a period there',
    )
  })
})
