import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name and version of this harness, from its package. */
export const HARNESS = nameAndVersion()

function nameAndVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
  const { name, version }: { name: string; version: string } = JSON.parse(text)
  return `${name} ${version}`
}
