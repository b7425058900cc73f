import { createHash } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { GateError } from '../base/errors.ts'
import { linesOf } from '../base/lines.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { scan } from './secrets.ts'
import { writeRecording } from './store.ts'
import { windows } from './windows.ts'

/**
 * Writes a recording under a temporary name, scans what was written once more and then gives it its name. Throws
 * `sanitize-failed` when a secret is in it. Whatever fails, nothing of it is left, and what had the name before stays.
 */
export async function keepRecording(path: string, recording: SanitizedRecording): Promise<void> {
  const unscanned = `${path}.unscanned.tmp`
  try {
    await writeRecording(unscanned, recording)
    const hash = createHash('sha256')
    const secrets = new Set<string>()
    for (const text of windows(
      textsIn(unscanned, (bytes) => hash.update(bytes)),
      '\n',
    ))
      for (const secret of await scan(text)) secrets.add(secret)
    if (secrets.size > 0 || `sha256:${hash.digest('hex')}` !== recording.digest) {
      throw new GateError(
        'sanitize-failed',
        secrets.size > 0
          ? `The scan of the written file finds ${secrets.size} secrets in it, so it was deleted.`
          : 'The written file is not what was sanitized, so it was deleted.',
        { hint: 'Nothing is kept. Report this with the kind of request that carries it.' },
      )
    }
    await rename(unscanned, path)
  } finally {
    await rm(unscanned, { force: true })
  }
}

function* textsIn(file: string, onBytes: (bytes: Uint8Array) => void): Generator<string> {
  for (const { text } of linesOf(file, onBytes)) yield text
}
