import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { GateError } from '../../base/errors.ts'
import { pathWithin } from '../../base/files.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'
import { MAX_CHARACTERS } from './text.ts'

/** Reads a published document from disk. Documents that it refers to are read from its own folder and nowhere else. */
export function schemaDocumentAt(path: string): SchemaDocument {
  const root = dirname(real(path))
  const open = (file: string): SchemaDocument => {
    const found = real(file)
    pathWithin(root, relative(root, found) || '.')
    const { size } = statSync(found)
    if (size > MAX_CHARACTERS) {
      throw new GateError(
        'file-too-large',
        `${relative(root, found)} has ${size} bytes; at most ${MAX_CHARACTERS} are read.`,
        {
          hint: 'Export only the resources that the connector uses.',
        },
      )
    }
    return {
      name: relative(root, found),
      text: readFileSync(found, 'utf8'),
      resolve: (reference) => open(pathWithin(root, join(relative(root, dirname(found)), reference))),
    }
  }
  return open(path)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new GateError('file-missing', `${path} cannot be read.`, { hint: 'Check the path.', cause })
  }
}
