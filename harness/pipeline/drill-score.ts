import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { canonicalJson, toJson } from '../base/json.ts'
import { DrillScore } from '../model/drill.ts'

/** Name of the file in a scenario that holds its score. */
const SCORE_FILE = 'drill.json'

/** Keeps a score beside the recording that it is of, and returns the file. */
export async function keepScore(scenarioFolder: string, score: DrillScore): Promise<string> {
  const file = join(scenarioFolder, SCORE_FILE)
  await writeTextFile(file, `${canonicalJson(toJson(score), 1)}\n`)
  return file
}

/** Reads the score of a scenario; `undefined` when no drill was run. Throws `json-invalid`. */
export async function readDrillScore(scenarioFolder: string): Promise<DrillScore | undefined> {
  const file = join(scenarioFolder, SCORE_FILE)
  if (!(await exists(file))) return undefined
  const hint = 'Run change-gate drill on the scenario again.'
  const text = await readTextFile(file, hint)
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (cause) {
    throw new GateError('json-invalid', `${file} is no JSON.`, { hint, cause })
  }
  const parsed = DrillScore.safeParse(plain)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new GateError('json-invalid', `${file}: ${issue?.path.join('.')}: ${issue?.message}.`, { hint })
}
