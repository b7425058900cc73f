import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { GateError } from './errors.ts'

/**
 * Parses a YAML text and validates it. Throws `yaml-invalid` with file, line and column for the first fault:
 * a syntax error, a repeated key, an alias bomb, a custom tag, or a wrong key or value.
 */
export function parseYaml<Schema extends z.ZodType>(text: string, schema: Schema, file: string): z.output<Schema> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, strict: true })
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0])
    throw yamlError(file, line, col, fault.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'syntax error')
  }
  let plain: unknown
  try {
    plain = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw yamlError(file, 1, 1, cause instanceof Error ? cause.message : 'aliases cannot be resolved')
  }
  const result = schema.safeParse(plain)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = [...(issue?.path ?? [])]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const node = unknown === undefined ? undefined : keyNode(document.getIn(path, true), unknown)
  const offset = node?.range?.[0] ?? offsetOf(document, path)
  const { line, col } = lines.linePos(offset)
  const place = path.length === 0 ? 'the file' : `"${path.map(String).join('.')}"`
  throw yamlError(file, line, col, `${place}: ${issue?.message ?? 'not valid'}`)
}

/** A fault that shows only when a valid file meets something else, such as a specification; placed like any other. */
export function yamlFault(text: string, path: readonly (string | number)[], message: string, file: string): GateError {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' })
  const { line, col } = lines.linePos(offsetOf(document, path))
  return yamlError(file, line, col, `"${path.join('.')}": ${message}`)
}

/** The line of every place in a YAML text; that of the deepest node on the way where there is no such place. */
export function yamlLines(text: string): (path: readonly (string | number)[]) => number {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core' })
  return (path) => lines.linePos(offsetOf(document, path)).line
}

function yamlError(file: string, line: number, column: number, message: string): GateError {
  return new GateError('yaml-invalid', `${file}:${line}:${column}: ${message}`, {
    hint: 'Mend this line; `change-gate schema` prints the schema that editors use for completion.',
  })
}

function keyNode(parent: unknown, key: string): Node | undefined {
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
  return isScalar(pair?.key) ? pair.key : undefined
}

/** The offset of the deepest node that exists on the way to a path. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const start: unknown = node.range[0]
      if (typeof start === 'number') return start
    }
  }
  return 0
}
