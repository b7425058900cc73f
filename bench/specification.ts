import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RECORDS = 2_600
const CHANGES = 50

/**
 * How the records are written: `plain` with nothing but fields, lists and references; `combined` as large publishers do it,
 * with a base that every second record extends, fields that are a key or the whole record, fields that may be null, and choices;
 * `exclusive` is the same with choices of exactly one that no field tells apart.
 */
export const SHAPES = ['plain', 'combined', 'exclusive'] as const
export type Shape = (typeof SHAPES)[number]

/** An OpenAPI document of 10 MB: many operations, shared and recursive records; `changed` is its next release. */
function specification(shape: Shape, changed: boolean): string {
  const schemas: Record<string, unknown> = {}
  const paths: Record<string, unknown> = {}
  const every = Math.floor(RECORDS / CHANGES)
  for (let index = 0; index < RECORDS; index += 1) {
    const properties: Record<string, unknown> = {}
    for (let field = 0; field < 24; field += 1) {
      properties[`field_${field}`] = {
        type: 'string',
        maxLength: 20 + field,
        description: `What people call field ${field} of record ${index}, as the manual of the publisher explains it to them.`,
      }
    }
    // A tree of records, each of which knows its own kind as well, and a neighborhood that leads around in circles.
    Object.assign(properties, shape === 'plain' ? plainNeighbors(index) : combinedNeighbors(index, shape))
    if (changed && index % every === 0 && index / every < CHANGES) changeOne(properties, index / every)
    const own = { type: 'object', required: ['field_0'], properties }
    schemas[`Record${index}`] = shape !== 'plain' && index % 2 === 0 ? { allOf: [record('Entity'), own] } : own
    const content = { 'application/json': { schema: { $ref: `#/components/schemas/Record${index}` } } }
    if (index % 2 === 0) {
      paths[`/records/${index}`] = {
        post: {
          summary: `Create record ${index}`,
          requestBody: { content },
          responses: { 200: { description: 'ok', content } },
        },
      }
    }
  }
  if (shape !== 'plain') {
    schemas.Entity = {
      type: 'object',
      properties: { id: { type: 'string', format: 'uuid' }, note: { type: 'string' } },
    }
  }
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1' }, paths, components: { schemas } })
}

function record(which: number | string): Readonly<Record<string, unknown>> {
  return { $ref: `#/components/schemas/${typeof which === 'number' ? `Record${which % RECORDS}` : which}` }
}

function plainNeighbors(index: number): Readonly<Record<string, unknown>> {
  return { parent: record(Math.floor(index / 2)), lines: { type: 'array', items: record(index + 1) } }
}

function combinedNeighbors(index: number, shape: Shape): Readonly<Record<string, unknown>> {
  const key = { type: 'string', maxLength: 5000 }
  const told = shape === 'exclusive' ? {} : { discriminator: { propertyName: 'field_0' } }
  return {
    parent: { anyOf: [key, record(Math.floor(index / 2))], description: 'Its key, or all of it where it is expanded.' },
    owner: { nullable: true, allOf: [record(Math.floor(index / 3))] },
    origin: { nullable: true, anyOf: [key, record(Math.floor(index / 4))] },
    lines: {
      type: 'object',
      required: ['data'],
      properties: { data: { type: 'array', items: record(index + 1) }, has_more: { type: 'boolean' } },
    },
    detail: { oneOf: [record(index + 2), record(index + 3)], ...told },
  }
}

/** Changes of every kind in turn: a field added, one removed, one narrowed, one widened, one of another type. */
function changeOne(properties: Record<string, unknown>, which: number): void {
  if (which % 5 === 0) properties.cost_center = { type: 'string' }
  else if (which % 5 === 1) delete properties.field_7
  else if (which % 5 === 2) properties.field_8 = { type: 'string', maxLength: 10 }
  else if (which % 5 === 3) properties.field_9 = { type: 'string', maxLength: 100 }
  else properties.field_10 = { type: 'integer' }
}

/** Writes both releases into a folder and names the files. */
export function writeReleases(folder: string, shape: Shape): readonly [string, string] {
  const files = [join(folder, `${shape}-old.json`), join(folder, `${shape}-new.json`)] as const
  files.forEach((file, side) => {
    writeFileSync(file, specification(shape, side === 1))
  })
  return files
}
