import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readTree } from '../harness/schema-sources/reading/tree.ts'

/* Runs another engine on two files, in a process of its own so that it can be stopped: node bench/peer.ts ENGINE OLD NEW */

const [engine = '', oldPath = '', newPath = ''] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const [old, next] = [oldPath, newPath].map((path) => readTree({ name: path, text: readFileSync(path, 'utf8') }))

async function entries(): Promise<number> {
  if (engine === 'api-smart-diff') {
    const { apiDiff } = require('api-smart-diff')
    return apiDiff(old, next).length
  }
  const { diffSpecs } = require('openapi-diff')
  const spec = (content: unknown, location: string) => ({
    content: JSON.stringify(content),
    location,
    format: 'openapi3',
  })
  const found = await diffSpecs({ sourceSpec: spec(old, oldPath), destinationSpec: spec(next, newPath) })
  const lists = [found.breakingDifferences ?? [], found.nonBreakingDifferences, found.unclassifiedDifferences]
  return lists.reduce((sum, list) => sum + list.length, 0)
}

const start = performance.now()
try {
  const count = await entries()
  console.log(JSON.stringify({ count, ms: performance.now() - start }))
} catch (error) {
  console.log(JSON.stringify({ fails: String(error).slice(0, 80).replaceAll('\n', ' ') }))
}
