/**
 * A HAR file of some hundred megabytes, imported and sanitized in a process that never holds it.
 *
 * Writes a recording of alike bills as the HAR file of a stranger into a temporary folder and imports it in a second process.
 * Prints the peak memory of that process and its processor time against a bare JSON.parse of the same bytes.
 *
 * Run: node bench/import.ts [megabytes]
 */
import { fork } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTextParts } from '../harness/base/files.ts'
import { writeLargeScenario } from '../harness/pipeline/fixtures/large.ts'
import { importTraffic } from '../harness/pipeline/import.ts'
import { harParts } from '../harness/record/har.ts'
import { readRecording } from '../harness/record/store.ts'

const NOTE = 4000
const MEGABYTE = 1024 ** 2

/** What holds the file and what is parsed of it would take several times its size. */
const MEMORY_GOAL = 600

const [, , work = '300', folder = ''] = process.argv
if (work === 'import') {
  const started = process.cpuUsage()
  const { interactions, sanitizing, wasSanitized } = await importTraffic({
    file: join(folder, 'export.har'),
    out: join(folder, 'imported.ndjson'),
    scenario: join(folder, 'scenarios/rest-ap'),
    release: '2026-1',
  })
  const { user, system } = process.cpuUsage(started)
  const peak = process.resourceUsage().maxRSS / 1024
  process.send?.({ interactions, sanitizing, wasSanitized, peak, seconds: (user + system) / 1e6 })
} else await measure(Number(work))

async function measure(megabytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'import-'))
  try {
    const bills = Math.ceil((megabytes * MEGABYTE) / (4 * (NOTE + 3000)))
    const { recording } = await writeLargeScenario(folder, 'http://127.0.0.1:8090', { bills, note: NOTE, spoiled: 1 })
    const file = join(folder, 'export.har')
    await writeTextParts(file, strange(harParts(await readRecording(recording), { name: 'stranger', version: '1' })))
    const size = (await stat(file)).size / MEGABYTE
    const began = process.cpuUsage()
    for (const { request, response } of (await readRecording(recording)).interactions)
      JSON.stringify([request, response])
    const { user, system } = process.cpuUsage(began)
    const child = fork(fileURLToPath(import.meta.url), ['import', folder], {
      execArgv: [`--max-old-space-size=${process.env.HEAP ?? 256}`],
    })
    const told: unknown = await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', (code) => reject(new Error(`the import ended with ${code}`)))
    })
    const { peak, seconds, interactions, sanitizing } = Object(told)
    console.log(`${size.toFixed(0)} MB of HAR: ${interactions} exchanges, ${JSON.stringify(sanitizing)}`)
    console.log(`peak memory ${Number(peak).toFixed(0)} MB (goal ${MEMORY_GOAL} MB)`)
    console.log(
      `${Number(seconds).toFixed(0)} s of processor time: ${(Number(seconds) / ((user + system) / 1e6)).toFixed(1)} times reading and writing the recording once`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Without the claim that it was exported from a recording: it is sanitized. */
function* strange(parts: Iterable<string>): Generator<string> {
  for (const part of parts) yield part.replace('"_recording"', '"_claim"')
}
