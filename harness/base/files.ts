import { access, constants, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { GateError } from './errors.ts'

/** Files larger than this are refused unless the reader streams: 64 MiB. */
const LARGEST_FILE = 64 * 1024 * 1024

/** Reads a text file. Throws `file-missing` or `file-too-large` with the path and what to do. */
export async function readTextFile(path: string, hint: string, largest = LARGEST_FILE): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > largest) {
      throw new GateError('file-too-large', `${path} has ${size} bytes; at most ${largest} are read.`, {
        hint: 'Check that this is the file you meant.',
      })
    }
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (cause) {
    if (cause instanceof GateError) throw cause
    throw new GateError('file-missing', `${path} cannot be read.`, { hint, cause })
  }
}

/** How many bytes a file has that will be read as a stream. Throws `file-missing` where it cannot be read. */
export async function readableSize(path: string, hint: string): Promise<number> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new TypeError(`${path} is a folder`)
    await access(path, constants.R_OK)
    return found.size
  } catch (cause) {
    throw new GateError('file-missing', `${path} cannot be read.`, { hint, cause })
  }
}

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Writes a file whole or not at all, and makes its folder. */
export async function writeTextFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.tmp`
  await writeFile(unfinished, text)
  await rename(unfinished, path)
}

/** Writes a file of lines whole or not at all, and makes its folder. Lines are asked for one by one. */
export function writeTextLines(path: string, lines: Iterable<string>): Promise<void> {
  return writeTextParts(path, ended(lines))
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}

/** Writes a file whole or not at all, and makes its folder. Its parts are asked for one by one. */
export async function writeTextParts(path: string, parts: Iterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.tmp`
  try {
    const file = await open(unfinished, 'w')
    try {
      let text = ''
      for (const part of parts) {
        text += part
        if (text.length < 1024 * 1024) continue
        await file.appendFile(text)
        text = ''
      }
      await file.appendFile(text)
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Resolves a path inside a folder. Throws `path-outside-folder` when it leads out of it. */
export function pathWithin(folder: string, path: string): string {
  const resolved = resolve(folder, path)
  const inside = relative(resolve(folder), resolved)
  if (inside === '..' || inside.startsWith(`..${sep}`)) {
    throw new GateError('path-outside-folder', `"${path}" leads out of ${folder}.`, {
      hint: 'Name a file inside the folder.',
    })
  }
  return resolved
}
