import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Rehearsal } from '../model/rehearsal.ts'
import { Workspace } from './testing/workspace.ts'

const UPDATE = 'scenarios/tryton-ap/changes/erp-7.0'
const STORED = `${UPDATE}/rehearsal.json`

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

async function stored(): Promise<Rehearsal> {
  return Rehearsal.parse(JSON.parse(await workspace.read(STORED)))
}

async function assessed(): Promise<ChangeAssessment> {
  await workspace.run(['run', UPDATE])
  return workspace.assessed('erp-7.0')
}

describe('the stored rehearsal on a real ERP', () => {
  test('gives its steps their minutes and their day, and every other step says that it is an estimate', async () => {
    const { rollback } = await assessed()
    const day = (await stored()).meta.rehearsedAt.slice(0, 10)
    expect(rollback.rehearsal?.state).toBe('fresh')
    const rehearsed = rollback.steps.filter((step) => step.timing === 'rehearsed')
    expect(rehearsed.map((step) => [step.phase, step.rehearsedOn])).toEqual(
      ['freeze', 'undo', 'verify', 'drain', 'reconcile'].map((phase) => [phase, day]),
    )
    const runbook = await workspace.read('reports/tryton-ap/erp-7.0/runbook.txt')
    expect(runbook).toContain(`(rehearsed on ${day})`)
    expect(runbook).toContain('(estimate)')
  })

  test.each([
    ['another recording', /"recording": "sha256:/, '"recording": "sha256:0'],
    ['another snapshot of the baseline', /"baseline": "sha256:/, '"baseline": "sha256:0'],
    ['another release', '"to": "7.0"', '"to": "7.2"'],
  ])('of %s is stale, says so, and times nothing', async (_, from, to) => {
    await workspace.edit(STORED, from, to)
    const { rollback } = await assessed()
    expect(rollback.rehearsal?.state).toBe('stale')
    expect(rollback.rehearsal?.text).toContain('it is stale, rehearse it again')
    expect(rollback.steps.filter((step) => step.timing === 'rehearsed')).toEqual([])
  })

  test('that failed is a reason against the change', async () => {
    await workspace.edit(STORED, '"proven": true', '"proven": false')
    const { verdict, reasons } = await assessed()
    expect(verdict).toBe('no-go')
    expect(reasons.map(({ code }) => code)).toContain('rollback-failed')
  })

  test('is not replaced by a rehearsal against the mocked API', async () => {
    const before = await workspace.read(STORED)
    const { status, out } = await workspace.run(['rollback', UPDATE, '--rehearse'])
    expect(status).toBe(0)
    expect(out).toContain('not written, because a stronger one is there')
    expect(await workspace.read(STORED)).toBe(before)
  })
})

describe('a rehearsal against the mocked API', () => {
  test('goes there and back, proves that every invoice comes out as before, and leaves times as estimates', async () => {
    await workspace.edit(STORED, '"change": "CHG-0042"', '"change": "CHG-0001"')
    const { status, out } = await workspace.run(['rollback', UPDATE, '--rehearse'])
    expect(status).toBe(0)
    expect(out).toContain('PROVEN  49 invoices come out as before.')
    const rehearsal = await stored()
    expect([rehearsal.level, rehearsal.proven]).toEqual(['mock', true])
    expect(rehearsal.parts.map(({ part }) => part)).toEqual([
      'export-before',
      'save',
      'install',
      'export-candidate',
      'restore',
      'canary',
      'export-after',
      'compare',
    ])
    const { rollback } = await assessed()
    expect(rollback.rehearsal?.text).toContain('every time is an estimate')
    expect(rollback.steps.every((step) => step.timing === 'estimate')).toBe(true)
  })

  test('of a change that updates nothing is refused', async () => {
    const { status, err } = await workspace.run(['rollback', 'scenarios/tryton-ap/changes/control-6.0', '--rehearse'])
    expect(status).toBe(2)
    expect(err).toContain('there is no release to go back from')
  })
})

test('the way back names what it applies to: no step is left without owner, place, verification and point of no return', async () => {
  const { status, out } = await workspace.run(['rollback', UPDATE])
  expect(status).toBe(0)
  const { rollback } = await assessed()
  for (const step of rollback.steps) {
    for (const text of [step.action, step.where, step.expected, step.verify, step.pointOfNoReturn]) {
      expect(text).toMatch(/^\S.*\.$/)
      expect(text).not.toMatch(/[{}]|undefined/)
    }
    expect(out).toContain(step.action)
  }
  expect(rollback.pointOfNoReturn.filter(({ by }) => by !== null).length).toBeGreaterThan(3)
  expect(rollback.documents?.map(({ state, how }) => [state, how])).toEqual(
    expect.arrayContaining([
      ['posted', 'cancel'],
      ['draft', 'delete'],
    ]),
  )
  expect(rollback.queue).toEqual(['SUP-1009 OSF-21040 (2)'])
})
