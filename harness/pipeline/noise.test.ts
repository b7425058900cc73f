import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import { onDemand } from '../base/on-demand.ts'
import { results } from '../erps/tryton/mutants/edits.ts'
import type { Noise } from '../model/noise.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { InvoiceObservation, Observation } from '../ports/observation.ts'
import { readControl } from './control.ts'
import { noiseBetween, noiseOf } from './noise.ts'
import { readNoise, writeNoise } from './noise-file.ts'
import { type Rehearsable, rehearse, rehearseChange } from './run.ts'

let control: Rehearsable
let folder: string
beforeAll(async () => {
  control = await readControl('scenarios/tryton-ap', 'snapshots')
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-noise-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A release whose answers hold something else at some fields each time it is asked by another session. */
function restless(change: (name: string, value: Json, session: number) => Json): ErpAdapter {
  let sessions = 0
  return {
    ...control.adapter,
    virtual: (snapshot, credential, database) => {
      const session = ++sessions
      const wire = results((_, result) =>
        isJsonArray(result)
          ? result.map((row) =>
              isJsonObject(row)
                ? Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(name, value, session)]))
                : row,
            )
          : result,
      )
      return wire(control.adapter.virtual(snapshot, credential, database), () => undefined)
    },
  }
}

/** Journal entries carry the name of the batch run that wrote them. */
const batchText = (name: string, value: Json, session: number): Json =>
  name === 'move_description' ? `Batch ${session}` : value

test('a release that answers the same twice has no noise', async () => {
  expect(await noiseOf(control)).toEqual({ noise: [], refused: [] })
})

test('a text that differs with every replay is learned, left out, counted, and hides nothing else', async () => {
  const noisy = { ...control, adapter: restless(batchText) }
  const learned = await noiseOf(noisy)
  expect(learned.refused).toEqual([])
  expect(learned.noise.map(({ resource, pointer, kind }) => `${resource} ${pointer} ${kind}`)).toEqual([
    'account.move.line /move_description coerced',
  ])
  expect(learned.noise[0]?.reason).toMatch(/on 47 of 49 invoices, such as Batch 1 and Batch 2\.$/)
  // The baseline of the next run was captured from the same release.
  const documents = control.baseline.documents.map((document) => ({
    ...document,
    stages: document.stages.map((stage) => ({ ...stage, document: withBatch(stage.document ?? null) })),
  }))
  const baseline = { ...control.baseline, documents }
  const loud = await rehearseChange({ ...noisy, baseline })
  expect([loud.verdict, loud.findings.map((finding) => finding.pointer)]).toEqual(['undecided', ['/move_description']])
  const quiet = await rehearseChange({ ...noisy, baseline, noise: learned.noise })
  expect([quiet.verdict, quiet.findings]).toEqual(['go', []])
  expect(quiet.evidence.notCompared).toEqual([
    {
      what: 'values of stored documents',
      count: expect.any(Number),
      why: expect.stringMatching(/^noise at account\.move\.line \/move_description \(coerced\)/),
    },
    {
      what: 'fields of listed values',
      count: 16,
      why: 'they name values of another list by id; only how many there are was compared',
    },
  ])
})

test('two replays that are read on demand are held against each other invoice by invoice', async () => {
  const { observation } = (await rehearse(control)).asIs
  const log: string[] = []
  const late = (nth: string): Observation => ({
    ...observation,
    invoices: onDemand({
      length: observation.invoices.length,
      keys: observation.invoices.map(({ key }) => key),
      read: (index) => {
        log.push(`${nth} ${index}`)
        return observation.invoices[index] as InvoiceObservation
      },
    }),
  })
  expect(noiseBetween(late('first'), late('second'), control)).toEqual({ noise: [], refused: [] })
  expect(log.filter((entry, index) => entry !== log[index - 1])).toEqual(
    observation.invoices.flatMap((_, index) => [`second ${index}`, `first ${index}`]),
  )
})

test('money, coding, states and references that differ with every replay are refused, with the reason', async () => {
  const { noise, refused } = await noiseOf({
    ...control,
    adapter: restless((name, value, session) => {
      if (name === 'total_amount') return { __class__: 'Decimal', decimal: `${session}.00` }
      if (name === 'reference') return `Reference ${session}`
      if (name === 'state' && typeof value === 'string' && session % 2 === 0) return 'draft'
      return name === 'lines' && isJsonArray(value) ? value.slice(0, value.length - ((session - 1) % 2)) : value
    }),
  })
  expect(noise).toEqual([])
  expect([...new Set(refused.map(({ because }) => because))].sort()).toEqual([
    'a reference is what duplicates are found by',
    'a state says whether the invoice is booked',
    'it ties one record of the document to another',
    'money must never differ between two replays',
    'something that is there once and not the next time is a count that differs',
    'whether the ERP accepts an invoice is no noise',
  ])
}, 120_000)

test('a rule that leaves nothing out any more is told', async () => {
  const [rule] = (await noiseOf({ ...control, adapter: restless(batchText) })).noise
  const { verdict, findings, checks } = await rehearseChange({ ...control, noise: rule === undefined ? [] : [rule] })
  expect(verdict).toBe('go')
  expect(findings.map(({ check, resource, pointer }) => `${check} ${resource}${pointer}`)).toEqual([
    'noise-unmatched account.move.line/move_description',
  ])
  expect(checks.find(({ check }) => check === 'noise-unmatched')?.state).toBe('failed')
})

test('what was learned is written for people and read back', async () => {
  const noise: Noise = {
    noise: [
      { resource: 'account.move', pointer: '/description', kind: 'coerced', reason: 'Holds the name of the run.' },
    ],
    refused: [{ resource: 'account.move.line', pointer: '/debit', kind: 'coerced', seen: 3, because: 'money' }],
  }
  const file = await writeNoise(folder, noise)
  expect(await readFile(file, 'utf8')).toContain('reason: Holds the name of the run.')
  expect(await readNoise(folder, control.baseline, control.adapter)).toEqual(noise.noise)
})

test.each([
  ['money', 'account.move.line', '/debit', 'coerced', 'money must never differ'],
  ['an account', 'account.invoice.line', '/account', 'coerced', 'decide where the cost goes'],
  ['a state', 'account.invoice', '/state', 'coerced', 'a state says'],
  ['a reference', 'account.invoice', '/reference', 'coerced', 'duplicates are found by'],
  ['a row that comes and goes', 'account.invoice', '/comment', 'absent', 'a count that differs'],
  ['a whole list', 'account.invoice', '/lines/*', 'coerced', 'a whole record or list'],
  ['everything', 'account.invoice', '/', 'coerced', 'a whole record or list'],
])('a rule for %s is refused, whoever wrote it', async (_, resource, pointer, kind, because) => {
  const rule = `noise:\n  - { resource: ${resource}, pointer: "${pointer}", kind: ${kind}, reason: We know it. }\n`
  await writeFile(join(folder, 'noise.yaml'), rule)
  await expect(readNoise(folder, control.baseline, control.adapter)).rejects.toThrow(because)
})

function withBatch(value: Json): Json {
  if (isJsonArray(value)) return value.map(withBatch)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === 'move_description' ? 'Batch 0' : withBatch(member)]),
  )
}
