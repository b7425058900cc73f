import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import type { SchemaDocument } from '../harness/ports/schema-source.ts'

/*
 * One measurement of two large specifications, in a process of its own so that neither the heap nor the compiled code of
 * another measurement helps it: node bench/large.ts parse|diff OLD NEW. Prints what it took as JSON; `cpu` is the time of
 * all threads, which a busy machine changes less. Compiled code is kept between runs, as it is between those of the command.
 */

enableCompileCache()
const { structureComparison } = await import('../harness/compare/structure/compare.ts')
const { loadPlugIns } = await import('../harness/pipeline/registry.ts')

const [, , work = '', oldFile = '', newFile = ''] = process.argv
const document = (file: string): SchemaDocument => ({ name: file, text: readFileSync(file, 'utf8') })
const [old, next] = [document(oldFile), document(newFile)]
const sources = await loadPlugIns('schema-sources')
const used = process.cpuUsage()
const start = performance.now()
let found = 0
if (work === 'parse') found = [JSON.parse(old.text), JSON.parse(next.text)].length
else {
  const [source, another] = [old, next].map((file) => [...sources.values()].find((entry) => entry.recognizes(file)))
  if (source?.readPair === undefined || source !== another) throw new Error('nobody reads both')
  const pair = source.readPair(old, next)
  found = structureComparison(pair.old, pair.new, pair.unchanged).differences.length
}
const ms = performance.now() - start
const { user, system } = process.cpuUsage(used)
const peak = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, found, characters: old.text.length, peak }))
