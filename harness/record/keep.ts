import { readFile, rename, rm } from 'node:fs/promises'
import { GateError } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { scan } from './secrets.ts'
import { writeRecording } from './store.ts'

/**
 * Writes a recording under a temporary name, scans what was written once more and then gives it its name. Throws
 * `sanitize-failed` when a secret is in it. Whatever fails, nothing of it is left, and what had the name before stays.
 */
export async function keepRecording(path: string, recording: SanitizedRecording): Promise<void> {
  const unscanned = `${path}.unscanned.tmp`
  try {
    await writeRecording(unscanned, recording)
    const text = await readFile(unscanned, 'utf8')
    const secrets = await scan(text)
    if (secrets.length > 0 || digestOf(text) !== recording.digest) {
      throw new GateError(
        'sanitize-failed',
        secrets.length > 0
          ? `The scan of the written file finds ${secrets.length} secrets in it, so it was deleted.`
          : 'The written file is not what was sanitized, so it was deleted.',
        { hint: 'Nothing is kept. Report this with the kind of request that carries it.' },
      )
    }
    await rename(unscanned, path)
  } finally {
    await rm(unscanned, { force: true })
  }
}
