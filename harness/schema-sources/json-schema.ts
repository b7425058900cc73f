import type { ErpResource } from '../model/schema.ts'
import { defineSchemaSource } from '../ports/schema-source.ts'
import { normalizerOf } from './reading/json-schema.ts'
import { isPlainObject, looksLikeJson, member, objectOf, refuse, sortedEntries, textMember } from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'
import { readTree } from './reading/tree.ts'

/** Keywords of which a root schema has at least one; without any it only holds definitions. */
const ROOT_KEYWORDS = [
  'type',
  'properties',
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'enum',
  'const',
  'items',
  'not',
  'if',
  'required',
]

/** Members by which the other JSON formats are known. */
const OTHER_FORMATS = ['openapi', 'swagger', 'models', 'Resources', 'doctype', 'docs', 'interactions']

/**
 * A JSON Schema of any draft. A document that only has definitions has one resource per definition. Each resource is sent
 * and read, but for fields that say `readOnly` or `writeOnly`; and objects are as open as JSON Schema says.
 */
export default defineSchemaSource({
  title: 'JSON Schema',
  recognizes: (document) => {
    if (!looksLikeJson(document.text)) return /^\$schema\s*:|^(properties|definitions|\$defs)\s*:/m.test(document.text)
    const members = topLevel(document)
    const isDeclared = (members.get('$schema') ?? '').includes('json-schema')
    if (isDeclared) return true
    const isOther =
      OTHER_FORMATS.some((name) => members.has(name)) || members.get('format')?.startsWith('erp-change-gate/')
    return !isOther && [...ROOT_KEYWORDS, 'definitions', '$defs'].some((keyword) => members.has(keyword))
  },
  read: (document) => {
    const content = readTree(document)
    if (typeof content !== 'boolean' && !isPlainObject(content)) refuse(document, [], 'expected a schema.')
    const normalizer = normalizerOf({ document, content }, { parse: readTree })
    const resource = (schema: unknown, tokens: readonly string[]): ErpResource => {
      const title = textMember(schema, 'title')
      return {
        send: normalizer.normalize(schema, tokens, 'send'),
        read: normalizer.normalize(schema, tokens, 'read'),
        ...(title === undefined ? {} : { title }),
        ...(member(schema, 'deprecated') === true ? { deprecated: true } : {}),
        position: tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      }
    }
    const isRoot = !isPlainObject(content) || ROOT_KEYWORDS.some((keyword) => content[keyword] !== undefined)
    const resources: [string, ErpResource][] = []
    if (isRoot) resources.push([textMember(content, 'title') ?? 'document', resource(content, [])])
    else {
      for (const home of ['definitions', '$defs']) {
        const named = member(content, home)
        for (const [name, schema] of isPlainObject(named) ? sortedEntries(named) : []) {
          resources.push([name, resource(schema, [home, name])])
        }
      }
    }
    const definitions = normalizer.definitions().all()
    const ignored = normalizer.ignored()
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: { kind: 'json-schema', inferred: false, ...(ignored.length > 0 ? { ignored } : {}) },
      resources: objectOf(resources),
      definitions,
    }
  },
})
