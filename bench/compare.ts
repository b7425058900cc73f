/**
 * What comparing 100,000 invoices costs: a snapshot of the baseline on disk, which is read and proven, against what a
 * candidate stored, which waits on disk as in a large run. Prints the time as a multiple of a bare `JSON.parse` of the same bytes (goal 3) and the peak
 * memory (goal 400 MB). One invoice in 1,000 has lost a cost center, and every document has its own number.
 *
 * Run: node bench/compare.ts [invoices]
 */
import { fork } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linesOf } from '../harness/base/lines.ts'
import { compareDocuments } from '../harness/compare/documents.ts'
import type { StoredDocument } from '../harness/model/snapshot.ts'
import { loadErp, readSnapshotOf } from '../harness/pipeline/erp.ts'
import { writeLargeDocuments } from '../harness/pipeline/fixtures/large.ts'
import { readIntegration } from '../harness/pipeline/scenario.ts'
import type { InvoiceObservation } from '../harness/ports/observation.ts'
import { LearnedNames } from '../harness/replay/names.ts'
import { Observed } from '../harness/replay/observed.ts'

const MEGABYTE = 1024 ** 2
const RARE = 1000

/** The heap in MB that a process may fill before it collects what nobody holds any more. */
const HEAP = 256

const [, , work = '100000', folder = ''] = process.argv
if (work === 'parse') {
  const used = process.cpuUsage()
  for (const name of ['baseline', 'candidate']) {
    for (const { text } of linesOf(join(folder, name, 'documents.ndjson'))) JSON.parse(text)
  }
  process.send?.({ cpu: cpuSince(used) })
} else if (work === 'compare') {
  const adapter = await loadErp(await readIntegration('scenarios/rest-ap'))
  const candidate = await readSnapshotOf(adapter, join(folder, 'candidate'))
  const invoices = observedOf(candidate.documents)
  const used = process.cpuUsage()
  const baseline = await readSnapshotOf(adapter, join(folder, 'baseline'))
  const { documents, uncompared } = compareDocuments({
    observation: {
      identity: {
        product: 'norvik',
        release: '2026-1',
        build: '',
        environment: 'sandbox',
        proof: '',
        simulated: true,
        principal: '',
      },
      schema: candidate.schema,
      values: candidate.values,
      shared: [],
      invoices,
      byRules: [],
      copies: [],
      leftBehind: [],
    },
    baseline: baseline.documents,
    baselineSchema: baseline.schema,
    documentResource: adapter.documentResource,
    meaning: adapter.meaning,
  })
  process.send?.({
    cpu: cpuSince(used),
    peak: process.resourceUsage().maxRSS / 1024,
    invoices: new Set(documents.flatMap(({ invoices }) => invoices)).size,
    uncompared: uncompared.size,
  })
} else {
  const count = Number(work)
  const place = await mkdtemp(join(tmpdir(), 'compare-'))
  try {
    await writeLargeDocuments(join(place, 'baseline'), count, undefined)
    await writeLargeDocuments(join(place, 'candidate'), count, RARE)
    const bytes = (await stat(join(place, 'baseline/documents.ndjson'))).size / MEGABYTE
    const bare = await answerOf(['parse', place])
    const compared = await answerOf(['compare', place])
    const ratio = (compared.cpu ?? 0) / (bare.cpu ?? 1)
    console.log(`${count} invoices, twice ${bytes.toFixed(0)} MB: ${ratio.toFixed(1)} times a bare JSON.parse (goal 3)`)
    console.log(`peak memory ${(compared.peak ?? 0).toFixed(0)} MB (goal 400 MB)`)
    console.log(
      `${compared.invoices} invoices differ of ${count / RARE} that do; ${compared.uncompared} were not compared`,
    )
  } finally {
    await rm(place, { recursive: true })
  }
}

/** What a large replay keeps of its invoices, on disk until it is compared. */
function observedOf(documents: readonly StoredDocument[]): readonly InvoiceObservation[] {
  const names = new Set<number>()
  const chains = Array.from(documents, ({ key }) => {
    const [supplier = '', reference = ''] = key.split(' ')
    return { key, supplier, reference, created: undefined, places: [], names, steps: [] }
  })
  const decoded = { shared: [], chains, names: new LearnedNames(), resources: new Set<string>() }
  const observed = new Observed(decoded, false)
  for (const [place, { key, sent, stages }] of documents.entries()) {
    observed.addInvoice(place, { key, supplier: '', reference: '', sent, operations: [], stages })
  }
  return observed.invoices()
}

/** The time of all threads, which a busy machine changes less than that of a clock. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function answerOf(args: readonly string[]): Promise<Readonly<Record<string, number>>> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), args, { execArgv: [`--max-old-space-size=${HEAP}`] })
    child.once('message', (message: Readonly<Record<string, number>>) => resolve(message))
    child.once('exit', (code) => reject(new Error(`a process ended with ${code}`)))
  })
}
