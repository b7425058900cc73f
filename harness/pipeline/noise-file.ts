import { join } from 'node:path'
import { stringify } from 'yaml'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { parseYaml } from '../base/yaml.ts'
import { whyNeverNoise } from '../compare/noise.ts'
import { Noise, type NoiseRule } from '../model/noise.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'

/** Name of the file of a snapshot that holds what was learned. */
const NOISE_FILE = 'noise.yaml'

const HEAD = `# Places where two replays of the same recording against the same release differ, learned by change-gate noise.
# A difference at one of them says nothing about another release, and is left out and counted. Review every line.
`

/** Writes what was learned beside a snapshot, for people to review, and returns the file. */
export async function writeNoise(folder: string, noise: Noise): Promise<string> {
  const file = join(folder, NOISE_FILE)
  await writeTextFile(file, HEAD + stringify(noise, { lineWidth: 120 }))
  return file
}

/**
 * Reads the noise of a snapshot; none when it was never learned. A rule that would leave out money, coding, counts, states or
 * more than one field is refused, whoever wrote it. Throws `yaml-invalid` or `noise-refused`.
 */
export async function readNoise(
  folder: string,
  snapshot: Snapshot,
  adapter: ErpAdapter,
): Promise<readonly NoiseRule[]> {
  const file = join(folder, NOISE_FILE)
  if (!(await exists(file))) return []
  const hint = 'Learn the noise again: change-gate noise SCENARIO.'
  const { noise } = parseYaml(await readTextFile(file, hint), Noise, file)
  for (const rule of noise) {
    const meaning = adapter.meaning(rule.resource, rule.pointer.slice(1), snapshot.schema)
    const because = whyNeverNoise(rule, meaning.class)
    if (because === undefined) continue
    throw new GateError(
      'noise-refused',
      `${file}: ${rule.resource} ${rule.pointer} (${rule.kind}) cannot be noise: ${because}.`,
      { hint: 'Take the rule out; waive the finding for a time if the difference is accepted.' },
    )
  }
  return noise
}
