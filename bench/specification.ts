import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RECORDS = 2_600
const CHANGES = 50

/** An OpenAPI document of 10 MB: many operations, shared and recursive records; `changed` is its next release. */
function specification(changed: boolean): string {
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
    properties.parent = { $ref: `#/components/schemas/Record${Math.floor(index / 2)}` }
    properties.lines = { type: 'array', items: { $ref: `#/components/schemas/Record${(index + 1) % RECORDS}` } }
    if (changed && index % every === 0 && index / every < CHANGES) changeOne(properties, index / every)
    schemas[`Record${index}`] = { type: 'object', required: ['field_0'], properties }
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
  return JSON.stringify({ openapi: '3.0.3', info: { title: 'Large', version: '1' }, paths, components: { schemas } })
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
export function writeReleases(folder: string): readonly [string, string] {
  const files = [join(folder, 'old.json'), join(folder, 'new.json')] as const
  files.forEach((file, side) => {
    writeFileSync(file, specification(side === 1))
  })
  return files
}
