import type { ErpResource } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import { inferSchema } from './reading/infer.ts'
import { checkSize, isPlainObject, member, objectOf, placeOf, refuse, textMember } from './reading/text.ts'

/**
 * A schema inferred from a recording, for an ERP that publishes none: what was sent, and what was answered with success, of
 * every operation. It knows only what was recorded, and says so.
 */
export default defineSchemaSource({
  title: 'Inferred from recorded traffic',
  recognizes: ({ text }) => /^\{[^\n]*"format":"erp-change-gate\/recording"/.test(text),
  read: (document) => {
    checkSize(document)
    const [header, ...lines] = document.text.split('\n').filter((line) => line.trim() !== '')
    const erp = member(parse(document, header ?? '', 0), 'erp')
    const operations = new Map<string, { sent: unknown[]; read: unknown[] }>()
    lines.forEach((line, index) => {
      const interaction = parse(document, line, index + 1)
      const request = member(interaction, 'request')
      if (!isPlainObject(request)) return
      const response = member(interaction, 'response')
      const body = member(member(request, 'body'), 'json')
      const answer = member(member(response, 'body'), 'json')
      const name = operationOf(request, body)
      const known = operations.get(name) ?? { sent: [], read: [] }
      operations.set(name, known)
      if (body !== undefined) known.sent.push(isCall(body) ? member(body, 'params') : body)
      const status = member(response, 'status')
      if (typeof status === 'number' && status < 300 && answer !== undefined && member(answer, 'error') === undefined) {
        known.read.push(isCall(body) ? member(answer, 'result') : answer)
      }
    })
    if (operations.size === 0) return refuse(document, [], 'there is no interaction.')
    const product = textMember(erp, 'product')
    const release = textMember(erp, 'release')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'recorded-traffic',
        ...(product === undefined ? {} : { product }),
        ...(release === undefined ? {} : { release }),
        inferred: true,
        undeclared: 'refused',
        ignored: ['limits, values and duties that no recorded document shows'],
      },
      resources: objectOf(
        [...operations]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, { sent, read }]): [string, ErpResource] => [
            name,
            {
              ...(sent.length > 0 ? { send: inferSchema(sent) } : {}),
              ...(read.length > 0 ? { read: inferSchema(read) } : {}),
            },
          ]),
      ),
      definitions: {},
    }
  },
})

function parse(document: SchemaDocument, line: string, index: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return refuse(document, [], `line ${index + 1} is not JSON (${placeOf(line, 0)} of it).`)
  }
}

/** A JSON-RPC call names its operation in the body, everything else in method and path, with ids left out. */
function operationOf(request: unknown, body: unknown): string {
  const method = textMember(body, 'method')
  if (isCall(body) && method !== undefined) return method
  const path = (textMember(request, 'path') ?? '')
    .split('/')
    .map((part) =>
      /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|.*\(.*\))$/i.test(part) ? part.replace(/^([^(]*)\(.*\)$|^.*$/, '$1{}') : part,
    )
    .join('/')
  return `${textMember(request, 'method') ?? ''} ${path}`
}

function isCall(body: unknown): boolean {
  return typeof member(body, 'method') === 'string' && Array.isArray(member(body, 'params'))
}
