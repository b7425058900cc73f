import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { structureComparison } from '../harness/compare/structure/compare.ts'
import type { JsonSchema } from '../harness/model/schema.ts'
import { loadPlugIns } from '../harness/pipeline/registry.ts'
import { readTree } from '../harness/schema-sources/reading/tree.ts'
import { jsonSchemaDiff } from '../harness/second-opinions/json-schema-diff.ts'
import { SHAPES, type Shape, writeReleases } from './specification.ts'

/*
 * Structure comparison against other engines, as ratios of times in one run: node bench/structure.ts
 * Other engines are installed apart: npm install --prefix bench. Real pairs are read from ../shared/data or, where it is
 * elsewhere, from the folder in CHANGE_GATE_SHARED_DATA.
 */

/** `node bench/structure.ts large` measures the large specification alone. */
const isLargeOnly = process.argv[2] === 'large'
const LIMIT = 60_000
const PAIRS = join(
  process.env.CHANGE_GATE_SHARED_DATA ?? join(import.meta.dirname, '..', '..', 'shared', 'data'),
  'schema-pairs',
)
const sources = await loadPlugIns('schema-sources')

type Document = Readonly<{ name: string; text: string }>

/** Everything from text to differences. What was read is kept with a document, so each time gets documents of its own. */
function compare(...files: readonly [Document, Document]): number {
  const [old, next] = [{ ...files[0] }, { ...files[1] }]
  const [source, another] = [old, next].map((file) => [...sources.values()].find((entry) => entry.recognizes(file)))
  if (source === undefined || another === undefined) throw new Error(`nobody knows ${old.name}`)
  if (source !== another || source.readPair === undefined)
    return structureComparison(source.read(old), another.read(next)).differences.length
  const pair = source.readPair(old, next)
  return structureComparison(pair.old, pair.new, pair.unchanged).differences.length
}

async function timed<T>(work: () => T | Promise<T>): Promise<Readonly<{ ms: number; result: T }>> {
  const start = performance.now()
  const result = await work()
  return { ms: performance.now() - start, result }
}

/** The middle of several runs, after one that warms up. */
async function median<T>(runs: number, work: () => T | Promise<T>): Promise<Readonly<{ ms: number; result: T }>> {
  const first = await timed(work)
  const times: number[] = []
  for (let run = 0; run < runs; run += 1) times.push((await timed(work)).ms)
  times.sort((left, right) => left - right)
  return { ms: times[Math.floor(times.length / 2)] ?? first.ms, result: first.result }
}

function line(...cells: readonly (string | number)[]): void {
  console.log(
    cells
      .map((cell) => (typeof cell === 'number' ? `${cell < 10 ? cell.toFixed(2) : Math.round(cell)}` : cell))
      .join('  '),
  )
}

function flatObject(size: number, type: string): JsonSchema {
  const properties = Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`field_${index}`, { type: index === 0 ? type : 'string' }]),
  )
  return { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: false, properties }
}

line('# json-schema-diff, one flat object, one property changed: milliseconds, and how many times ours it takes')
for (const size of isLargeOnly ? [] : [50, 100, 200, 400]) {
  const [old, next] = [flatObject(size, 'string'), flatObject(size, 'integer')]
  const documents = [old, next].map((schema, index) => ({ name: `${index}.json`, text: JSON.stringify(schema) }))
  const [one, other] = documents
  if (one === undefined || other === undefined) continue
  const ours = await median(5, () => compare(one, other))
  const theirs = await timed(() => jsonSchemaDiff.ask([{ id: 'flat', old, new: next }]))
  const said = theirs.result[0]
  line(
    `  ${size} properties`,
    'ours',
    ours.ms,
    'theirs',
    theirs.ms,
    `ratio ${(theirs.ms / ours.ms).toFixed(0)}`,
    said !== undefined && 'silent' in said ? `(stopped: ${said.silent})` : '',
  )
}

/** What another engine answers in a process of its own, stopped after a minute. */
async function other(name: string, oldPath: string, newPath: string): Promise<Readonly<{ ms: number; said: string }>> {
  const file = join(import.meta.dirname, 'peer.ts')
  const { stdout, timedOut } = await execa(
    process.execPath,
    ['--max-old-space-size=4096', file, name, oldPath, newPath],
    { timeout: LIMIT, reject: false },
  )
  if (timedOut) return { ms: LIMIT, said: 'stopped after a minute' }
  try {
    const answer: { count?: number; ms?: number; fails?: string } = JSON.parse(stdout)
    return {
      ms: answer.ms ?? 0,
      said: answer.fails === undefined ? `${answer.count} entries` : `fails: ${answer.fails}`,
    }
  } catch {
    return { ms: 0, said: 'fails: ran out of memory' }
  }
}

line('', '# Real pairs: milliseconds from text to differences, ours and others (parsing included in both)')
if (isLargeOnly) line('  not asked')
else if (!existsSync(PAIRS)) line('  the folder with real pairs is not here: skipped')
else {
  for (const pair of readdirSync(PAIRS)) {
    const load = (side: string): Document => {
      const name = readdirSync(join(PAIRS, pair)).find((entry) => entry.startsWith(`${side}.`)) ?? ''
      return { name, text: readFileSync(join(PAIRS, pair, name), 'utf8') }
    }
    const [old, next] = [load('old'), load('new')]
    const parsed = await median(3, () => [readTree({ ...old }), readTree({ ...next })])
    const ours = await median(3, () => compare(old, next))
    line(
      `  ${pair}`,
      'parse',
      parsed.ms,
      'ours',
      ours.ms,
      `(${ours.result} differences, ${(ours.ms / parsed.ms).toFixed(1)} times parsing)`,
    )
    for (const name of ['api-smart-diff', 'openapi-diff']) {
      if (!existsSync(join(import.meta.dirname, 'node_modules', name))) {
        line(`    ${name}: not installed, npm install --prefix bench`)
        continue
      }
      const theirs = await other(name, join(PAIRS, pair, old.name), join(PAIRS, pair, next.name))
      // Its time is without parsing, which is added so that both ways go from text to differences.
      const whole = theirs.ms + parsed.ms
      line(`    ${name}`, whole, theirs.said, theirs.ms > 0 ? `ratio ${(whole / ours.ms).toFixed(1)}` : '')
    }
  }
}

type Measured = Readonly<{ ms: number; cpu: number; found: number; characters: number; peak: number }>

/** Each measurement in a fresh process, in turn, so that what else the machine does meets both kinds alike. */
async function measureLarge(shape: Shape, runs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'change-gate-bench-'))
  try {
    const files = writeReleases(folder, shape)
    const taken: Record<'parse' | 'diff', Measured[]> = { parse: [], diff: [] }
    for (let run = 0; run < runs; run += 1) {
      for (const work of ['parse', 'diff'] as const) {
        const { stdout } = await execa(process.execPath, [join(import.meta.dirname, 'large.ts'), work, ...files])
        taken[work].push(JSON.parse(stdout))
      }
    }
    const middle = (work: 'parse' | 'diff', what: keyof Measured) => {
      const all = taken[work].map((entry) => entry[what]).sort((left, right) => left - right)
      return all[Math.floor(all.length / 2)] ?? 0
    }
    line(
      '',
      `# One ${shape} specification of ${(middle('diff', 'characters') / 1e6).toFixed(1)} MB with 50 changes, ${runs} runs each`,
    )
    const best = (work: 'parse' | 'diff', what: keyof Measured) => Math.min(...taken[work].map((entry) => entry[what]))
    for (const [what, unit] of [
      ['ms', 'elapsed'],
      ['cpu', 'processor'],
    ] as const) {
      const [parse, diff] = [middle('parse', what), middle('diff', what)]
      line(
        `  ${unit} ms: JSON.parse of both`,
        parse,
        'from text to differences',
        diff,
        `ratio ${(diff / parse).toFixed(1)}; best of each ${(best('diff', what) / best('parse', what)).toFixed(1)}`,
      )
    }
    const peak = Math.max(...taken.diff.map((entry) => entry.peak))
    line(`  ${middle('diff', 'found')} differences; highest memory of a process: ${Math.round(peak / 1024 / 1024)} MB`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

for (const shape of SHAPES) await measureLarge(shape, shape === 'exclusive' ? 3 : 7)
