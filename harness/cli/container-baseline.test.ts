import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startRecording } from '../pipeline/record.ts'
import { readRecording } from '../record/store.ts'
import { hasDocker, startSandbox } from '../targets/container.ts'
import { loudly } from './testing/docker.ts'
import { Workspace } from './testing/workspace.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = 'scenarios/tryton-ap'
const MINUTES = 60_000

const docker = loudly(await hasDocker())

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

describe.skipIf(!docker)('on a real Tryton 6.0', () => {
  test('the control on a fresh 6.0 is a go with no finding, twice in a row', { timeout: 5 * MINUTES }, async () => {
    for (let run = 0; run < 2; run++) {
      const { status } = await workspace.run(['run', `${SAMPLE}/changes/control-6.0`, '--target', 'container'])
      const assessment = await workspace.assessed('control-6.0')
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
      const { verdict, findings, evidence, accounting } = await workspace.assessed('connector-1.1')
      seen.push({ status, verdict, findings, level: evidence.level, stored: accounting.compared })
    }
    const go = { status: 0, verdict: 'go', findings: [], stored: 49 }
    expect(seen).toEqual([
      { ...go, level: 'recorded' },
      { ...go, level: 'live' },
    ])
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
})
