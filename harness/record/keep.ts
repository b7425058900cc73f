import { readFile, rm } from 'node:fs/promises'
import { GateError } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { scan } from './secrets.ts'
import { writeRecording } from './store.ts'

/**
 * Writes a recording and scans the file that was written once more. Throws `sanitize-failed` when a secret is in it; the
 * file is gone then.
 */
export async function keepRecording(path: string, recording: SanitizedRecording): Promise<void> {
  await writeRecording(path, recording)
  const text = await readFile(path, 'utf8')
  const secrets = await scan(text)
  if (secrets.length === 0 && digestOf(text) === recording.digest) return
  await rm(path, { force: true })
  throw new GateError(
    'sanitize-failed',
    secrets.length > 0
      ? `The scan of the written file finds ${secrets.length} secrets in it, so it was deleted.`
      : 'The written file is not what was sanitized, so it was deleted.',
    { hint: 'Nothing is kept. Report this with the kind of request that carries it.' },
  )
}
