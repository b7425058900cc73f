/**
 * A recording of a gigabyte, replayed and compared in a process that never holds it.
 *
 * Writes a recording of alike bills with long notes and the snapshot of its baseline into a temporary folder, serves a
 * candidate that loses one cost center over HTTP in a second process, and runs the change request in a third: replay, journal,
 * comparison, every report. With a number of shards, each shard is run in a process of its own and a last one merges their
 * packs. Prints the peak memory of the process that decides, what it decided, and how large the report is.
 *
 * Run: node bench/gigabyte.ts [megabytes] [shards]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linesOf } from '../harness/base/lines.ts'
import { largeErp, writeLargeScenario } from '../harness/pipeline/fixtures/large.ts'
import { mergeAndReport, runAndReport } from '../harness/pipeline/report.ts'
import { runShard } from '../harness/pipeline/shards.ts'
import { MOCK_CREDENTIAL } from '../harness/pipeline/target.ts'
import { serveVirtualErp } from '../harness/targets/virtual-erp.ts'

const NOTE = 60_000
const MEGABYTE = 1024 ** 2

/** Peak memory of a run that holds what it reads would be several times the recording; this is what it may take. */
const MEMORY_GOAL = 600
const REPORT_GOAL = 10

const [, , work = '1024', folder = '', url = '', shard = ''] = process.argv
const options = {
  changeFolder: join(folder, 'scenarios/rest-ap/changes/api-2026-2'),
  target: url,
  snapshots: join(folder, 'snapshots'),
  reports: join(folder, 'reports'),
  concurrency: 4,
}
if (work === 'serve') {
  const served = await serveVirtualErp(await largeErp(folder, { spoiled: Number(url) }), 0)
  process.send?.(served.url)
} else if (work === 'shard') {
  const [index = 0, count = 0] = shard.split('/').map(Number)
  const { file } = await runShard({ ...options, shard: { index, count } })
  process.send?.({ file, peak: process.resourceUsage().maxRSS / 1024 })
} else if (work === 'run' || work === 'merge') {
  const started = performance.now()
  const { verdict, assessment, html } =
    work === 'run'
      ? await runAndReport(options)
      : await mergeAndReport({ ...options, packs: shard.split(' '), change: options.changeFolder })
  process.send?.({
    verdict,
    named: [...new Set(assessment.findings.flatMap(({ severity, invoices }) => (severity === 'info' ? [] : invoices)))],
    accounting: assessment.accounting,
    seconds: (performance.now() - started) / 1000,
    peak: process.resourceUsage().maxRSS / 1024,
    html: (await stat(html)).size / MEGABYTE,
  })
} else await measure(Number(work), Number(folder || 0))

async function measure(megabytes: number, shards: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gigabyte-'))
  // Each bill stands in the recording four times: sent, answered, approved and read.
  const bills = Math.ceil((megabytes * MEGABYTE) / (4 * (NOTE + 1500)))
  const spoiled = Math.ceil(bills / 2)
  const server = start(['serve', folder, String(spoiled)])
  try {
    const target = String(await answerOf(server))
    const scenario = await writeLargeScenario(folder, target, { bills, note: NOTE, spoiled })
    const size = (await stat(scenario.recording)).size / MEGABYTE
    console.log(`${size.toFixed(0)} MB recorded: ${bills} bills`)
    const began = performance.now()
    for (const { text } of linesOf(scenario.recording)) JSON.parse(text)
    const bare = (performance.now() - began) / 1000
    const packs: string[] = []
    for (let index = 1; index <= shards; index++) {
      const { file, peak } = Object(await answerOf(start(['shard', folder, target, `${index}/${shards}`])))
      packs.push(String(file))
      console.log(
        `shard ${index}: peak memory ${Number(peak).toFixed(0)} MB, pack of ${((await stat(file)).size / MEGABYTE).toFixed(0)} MB`,
      )
    }
    const runner = start(shards === 0 ? ['run', folder, target] : ['merge', folder, target, packs.join(' ')])
    const seen = await answerOf(runner)
    if (typeof seen !== 'object' || seen === null) throw new Error('the run told nothing')
    const told = new Map(Object.entries(seen))
    const peak = Number(told.get('peak'))
    console.log(
      `peak memory ${peak.toFixed(0)} MB, ${(peak / size).toFixed(2)} of the recording (goal ${MEMORY_GOAL} MB)`,
    )
    console.log(
      `${Number(told.get('seconds')).toFixed(0)} s for ${shards === 0 ? 'replay, removal, comparison' : 'merge, comparison'} and reports: ${(Number(told.get('seconds')) / bare).toFixed(1)} times a bare JSON.parse of the recording`,
    )
    console.log(`report of ${Number(told.get('html')).toFixed(1)} MB (goal ${REPORT_GOAL} MB)`)
    console.log(
      `${told.get('verdict')}: ${JSON.stringify(told.get('named'))}; the candidate spoils ${scenario.spoiled}`,
    )
    console.log(JSON.stringify(told.get('accounting')))
  } finally {
    server.kill()
    await rm(folder, { recursive: true })
  }
}

function start(args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), args, {
    execArgv: args[0] !== 'serve' ? [`--max-old-space-size=${process.env.HEAP ?? 256}`] : [],
    env: { ...process.env, NORVIK_TOKEN: MOCK_CREDENTIAL.password },
  })
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`a process ended with ${code}`)))
  })
}
