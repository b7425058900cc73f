import type { JsonSchema } from '../../model/schema.ts'
import { isPlainObject } from './text.ts'

type Seen = {
  count: number
  types: Set<string>
  formats: Set<string> | undefined
  members: Map<string, Seen>
  objects: number
  items: Seen | undefined
}

/** The narrowest plain schema that accepts all sample values: types, members, which of them were always there, formats of texts. */
export function inferSchema(samples: readonly unknown[]): JsonSchema {
  const seen = empty()
  for (const sample of samples) take(seen, sample, 0)
  return schemaOf(seen)
}

function empty(): Seen {
  return { count: 0, types: new Set(), formats: undefined, members: new Map(), objects: 0, items: undefined }
}

const FORMATS: readonly (readonly [string, RegExp])[] = [
  ['date', /^\d{4}-\d{2}-\d{2}$/],
  ['date-time', /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?/],
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ['decimal', /^-?\d+\.\d+$/],
]

function take(seen: Seen, value: unknown, depth: number): void {
  seen.count += 1
  if (depth > 100) return
  if (value === null) seen.types.add('null')
  else if (Array.isArray(value)) {
    seen.types.add('array')
    seen.items ??= empty()
    for (const item of value) take(seen.items, item, depth + 1)
  } else if (isPlainObject(value)) {
    seen.types.add('object')
    seen.objects += 1
    for (const [name, inner] of Object.entries(value)) {
      const known = seen.members.get(name) ?? empty()
      seen.members.set(name, known)
      take(known, inner, depth + 1)
    }
  } else if (typeof value === 'number') seen.types.add(Number.isInteger(value) ? 'integer' : 'number')
  else if (typeof value === 'boolean') seen.types.add('boolean')
  else {
    const text = String(value)
    seen.types.add('string')
    const fitting = FORMATS.filter(([, pattern]) => pattern.test(text)).map(([format]) => format)
    seen.formats =
      seen.formats === undefined ? new Set(fitting) : new Set(fitting.filter((format) => seen.formats?.has(format)))
  }
}

function schemaOf(seen: Seen): JsonSchema {
  if (seen.count === 0) return true
  const types = new Set(seen.types)
  if (types.has('number')) types.delete('integer')
  const [only, ...others] = [...types].sort()
  const required = [...seen.members].filter(([, inner]) => inner.count === seen.objects).map(([name]) => name)
  const [format] = seen.formats ?? []
  return {
    type: others.length === 0 ? only : [only, ...others],
    ...(format === undefined ? {} : { format }),
    ...(types.has('object')
      ? {
          properties: Object.fromEntries(
            [...seen.members]
              .sort(([left], [right]) => (left < right ? -1 : 1))
              .map(([name, inner]) => [name, schemaOf(inner)]),
          ),
          ...(required.length > 0 ? { required: required.sort() } : {}),
        }
      : {}),
    ...(seen.items === undefined ? {} : { items: schemaOf(seen.items) }),
  }
}
