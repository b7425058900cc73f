import { isAlias, LineCounter, parseDocument, visit } from 'yaml'
import { messageOf } from '../../base/errors.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'
import { checkSize, looksLikeJson, MAX_DEPTH, readJson, refuse } from './text.ts'

/** How often one YAML document may refer to its own anchors: enough for shared examples, too few for a bomb. */
const MAX_ALIASES = 1000

/**
 * Parses a document that is JSON or YAML. Custom tags, repeated keys and alias bombs are refused with line and column;
 * how deep JSON may nest is left to the normalizer.
 */
export function readTree(document: SchemaDocument): unknown {
  return looksLikeJson(document.text) ? readJson(document, 'checked-by-reader') : readYaml(document)
}

function readYaml(document: SchemaDocument): unknown {
  checkSize(document)
  const lines = new LineCounter()
  let content: unknown
  try {
    const parsed = parseDocument(document.text, {
      schema: 'core',
      lineCounter: lines,
      uniqueKeys: true,
      strict: true,
      prettyErrors: false,
      keepSourceTokens: false,
    })
    const fault = parsed.errors[0] ?? parsed.warnings.find((warning) => warning.code !== 'TAG_RESOLVE_FAILED')
    if (fault !== undefined) {
      if (/call stack/.test(fault.message)) refuse(document, [], 'nested too deeply to be read.')
      const { line, col } = lines.linePos(fault.pos[0])
      refuse(document, [], `line ${line}, column ${col}: ${fault.message}`)
    }
    let aliases = 0
    if (/[*]/.test(document.text)) {
      visit(parsed, (_key, node) => {
        if (isAlias(node)) aliases += 1
      })
    }
    if (aliases > MAX_ALIASES) refuse(document, [], `${aliases} aliases; at most ${MAX_ALIASES} are read.`)
    content = parsed.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof RangeError) refuse(document, [], 'nested too deeply to be read.')
    if (error instanceof ReferenceError) refuse(document, [], `aliases cannot be resolved: ${messageOf(error)}`)
    throw error
  }
  if (typeof content !== 'object' || content === null) refuse(document, [], 'neither JSON nor a YAML mapping.')
  checkDepth(document, content)
  return content
}

function checkDepth(document: SchemaDocument, content: unknown): void {
  const queue: (readonly [unknown, number])[] = [[content, 0]]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [value, depth] = next
    if (typeof value !== 'object' || value === null) continue
    if (depth > MAX_DEPTH) refuse(document, [], `nested more than ${MAX_DEPTH} levels deep.`)
    for (const inner of Object.values(value)) queue.push([inner, depth + 1])
  }
}
