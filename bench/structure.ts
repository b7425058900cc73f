import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { structureComparison } from '../harness/compare/structure/compare.ts'
import type { JsonSchema } from '../harness/model/schema.ts'
import { loadPlugIns } from '../harness/pipeline/registry.ts'
import { readTree } from '../harness/schema-sources/reading/tree.ts'
import { jsonSchemaDiff } from '../harness/second-opinions/json-schema-diff.ts'

/*
 * Structure comparison against other engines, as ratios of times in one run: node bench/structure.ts
 * Other engines are installed apart: npm install --prefix bench. Real pairs are read from ../shared/data or, where it is
 * elsewhere, from the folder in CHANGE_GATE_SHARED_DATA.
 */

const LIMIT = 60_000
const PAIRS = join(
  process.env.CHANGE_GATE_SHARED_DATA ?? join(import.meta.dirname, '..', '..', 'shared', 'data'),
  'schema-pairs',
)
const sources = await loadPlugIns('schema-sources')

type Document = Readonly<{ name: string; text: string }>

function compare(old: Document, next: Document): number {
  const read = (document: Document) => {
    const source = [...sources.values()].find((entry) => entry.recognizes(document))
    if (source === undefined) throw new Error(`nobody knows ${document.name}`)
    return source.read(document)
  }
  return structureComparison(read(old), read(next)).differences.length
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
for (const size of [50, 100, 200, 400]) {
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
if (!existsSync(PAIRS)) line('  the folder with real pairs is not here: skipped')
else {
  for (const pair of readdirSync(PAIRS)) {
    const load = (side: string): Document => {
      const name = readdirSync(join(PAIRS, pair)).find((entry) => entry.startsWith(`${side}.`)) ?? ''
      return { name, text: readFileSync(join(PAIRS, pair, name), 'utf8') }
    }
    const [old, next] = [load('old'), load('new')]
    const parsed = await median(3, () => [readTree(old), readTree(next)])
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

/** A specification of about 10 MB whose schemas refer to their neighbors, as an ERP's do. */
function large(changes: number): Document {
  const schemas: Record<string, unknown> = {}
  const paths: Record<string, unknown> = {}
  for (let index = 0; index < 2_400; index += 1) {
    const properties: Record<string, unknown> = {}
    for (let field = 0; field < 24; field += 1) {
      properties[`field_${field}`] = {
        type: 'string',
        maxLength: 20 + field,
        description: `What people call field ${field} of record ${index}, as the manual explains it.`,
      }
    }
    properties.parent = { $ref: `#/components/schemas/Record${Math.floor(index / 2)}` }
    properties.lines = { type: 'array', items: { $ref: `#/components/schemas/Record${(index + 1) % 2_400}` } }
    if (index % 48 === 0 && index / 48 < changes) properties.cost_center = { type: 'string' }
    schemas[`Record${index}`] = { type: 'object', required: ['field_0'], properties }
    const content = { 'application/json': { schema: { $ref: `#/components/schemas/Record${index}` } } }
    if (index % 3 === 0)
      paths[`/records/${index}`] = {
        post: { requestBody: { content }, responses: { 200: { description: 'ok', content } } },
      }
  }
  return {
    name: `large-${changes}.json`,
    text: JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1' }, paths, components: { schemas } }),
  }
}

const [small, changed] = [large(0), large(50)]
line('', `# One specification of ${(small.text.length / 1e6).toFixed(1)} MB with 50 changes`)
const parsing = await median(3, () => [JSON.parse(small.text), JSON.parse(changed.text)])
const reading = await median(3, () => compare(small, changed))
line(
  '  JSON.parse of both',
  parsing.ms,
  'from text to differences',
  reading.ms,
  `ratio ${(reading.ms / parsing.ms).toFixed(1)}`,
  `(${reading.result} differences)`,
)
line(`  highest memory of this whole run: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
