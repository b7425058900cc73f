import { dirname, join, relative, sep } from 'node:path'
import { exists } from '../base/files.ts'
import { yamlLines } from '../base/yaml.ts'
import type { Written } from '../model/assessment.ts'
import type { Change, Waiver } from '../model/change.ts'
import type { FieldMapping } from '../model/mapping.ts'

/** A file that a person wrote: where it is, how it reads, and what it says. */
type WrittenFile<Content> = Readonly<{ file: string; text: string; content: Content }>

/** The lines on which people wrote what findings are about. Files are named from the root of the repository. */
export async function writtenOf(
  files: Readonly<{
    change: WrittenFile<Change>
    mapping: WrittenFile<FieldMapping>
    waivers: WrittenFile<readonly Waiver[]> | undefined
  }>,
): Promise<Written> {
  const { change, mapping, waivers } = files
  const root = await rootOf(dirname(mapping.file))
  const named = (file: string) => relative(root, file).split(sep).join('/')
  const [changeLine, mappingLine] = [yamlLines(change.text), yamlLines(mapping.text)]
  return {
    change: {
      file: named(change.file),
      line: changeLine(['change', 'id']),
      notes: change.content.notes.map(({ id, expect }, index) => ({
        id,
        line: changeLine(['notes', index]),
        expectations: expect.map((_, place) => changeLine(['notes', index, 'expect', place])),
      })),
    },
    mapping: {
      file: named(mapping.file),
      rows: mapping.content.fields.map(({ from, to }, index) => ({
        resource: to.resource,
        field: to.field,
        from: from ?? null,
        line: mappingLine(['fields', index]),
      })),
    },
    waivers: waivers === undefined ? null : { file: named(waivers.file), entries: entriesOf(waivers) },
  }
}

function entriesOf({ text, content }: WrittenFile<readonly Waiver[]>) {
  const lineOf = yamlLines(text)
  return content.map(({ fingerprint }, index) => ({ fingerprint, line: lineOf(['waivers', index]) }))
}

/** The root of the repository that an integration lies in; without one, the folder that holds `scenarios`. */
async function rootOf(integrationFolder: string): Promise<string> {
  for (let folder = integrationFolder; dirname(folder) !== folder; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return folder
  }
  return dirname(dirname(integrationFolder))
}
