import { join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import type { Change } from '../model/change.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { Rehearsal, type RehearsalState } from '../model/rehearsal.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { shown } from './scenario.ts'

const FILE = 'rehearsal.json'

/** Where the rehearsal of a change request is kept. */
export function rehearsalFile(changeFolder: string): string {
  return join(changeFolder, FILE)
}

/**
 * Reads the rehearsal of a change request and says what it is worth: one of another recording, baseline or release proves
 * nothing about this change. Throws `json-invalid` or `artifact-version` for a file that cannot be read.
 */
export async function readRehearsal(
  changeFolder: string,
  against: Readonly<{ change: Change['change']; recording: SanitizedRecording; baseline: Snapshot }>,
): Promise<RehearsalState> {
  const file = rehearsalFile(changeFolder)
  if (!(await exists(file)))
    return { state: 'none', text: 'The rollback was not rehearsed: every time is an estimate.' }
  const rehearsal = parse(await readTextFile(file, 'Rehearse again.'), shown(file))
  const on = `The rollback was rehearsed on ${rehearsal.meta.rehearsedAt.slice(0, 10)}`
  const { change, recording, baseline } = against
  const other = [
    ...(rehearsal.change === change.id ? [] : [`for change ${rehearsal.change}`]),
    ...(rehearsal.from === change.from && rehearsal.to === change.to
      ? []
      : [`from ${rehearsal.from} to ${rehearsal.to}`]),
    ...(rehearsal.recording === recording.digest ? [] : ['with another recording']),
    ...(rehearsal.baseline === baseline.digest ? [] : ['against another snapshot of the baseline']),
  ]
  if (other.length > 0) {
    return { state: 'stale', text: `${on} ${other.join(', ')}: it is stale, rehearse it again.`, rehearsal }
  }
  if (!rehearsal.proven) {
    const failed = rehearsal.parts.find((part) => part.outcome === 'failed')
    return {
      state: 'failed',
      text: `${on} and did not bring the baseline back: ${failed?.saw ?? 'unknown'}`,
      rehearsal,
    }
  }
  return {
    state: 'fresh',
    level: rehearsal.level,
    text:
      rehearsal.level === 'live'
        ? `${on} on ${rehearsal.builds.baseline} and ${rehearsal.builds.candidate} in containers: ${rehearsal.equality.invoices} invoices came out as before.`
        : `${on} against the mocked API, which proves the order of the steps; every time is an estimate.`,
    rehearsal,
  }
}

/** Writes the rehearsal of a change request. */
export async function writeRehearsal(changeFolder: string, rehearsal: Rehearsal): Promise<void> {
  await writeTextFile(rehearsalFile(changeFolder), `${JSON.stringify(sorted(rehearsal), undefined, 1)}\n`)
}

function parse(text: string, file: string): Rehearsal {
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (cause) {
    throw new GateError('json-invalid', `${file}: ${messageOf(cause)}.`, { hint: 'Rehearse again.', cause })
  }
  const version: unknown = typeof plain === 'object' && plain !== null ? Reflect.get(plain, 'version') : undefined
  if (typeof version === 'number' && version > 1) {
    throw new GateError('artifact-version', `${file} has version ${version}; 1 is known.`, {
      hint: 'Update erp-change-gate.',
    })
  }
  const result = Rehearsal.safeParse(plain)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new GateError('json-invalid', `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}.`, {
    hint: 'Rehearse again: change-gate rollback CHANGE --rehearse.',
  })
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
