import { GateError, messageOf } from '../base/errors.ts'
import { readTextFile } from '../base/files.ts'
import { isJsonNumber, isJsonObject, type Json, parseJson, toPlain } from '../base/json.ts'
import { ChangeAssessment } from '../model/assessment.ts'

const FORMAT = 'erp-change-gate/assessment'
const VERSION = 1

/** How an assessment of one version becomes one of the next, by the version it is read with. */
const UPGRADES: ReadonlyMap<number, (older: Json) => Json> = new Map()

const NOT_AN_ASSESSMENT = 'Name the assessment.json that change-gate run wrote.'

/**
 * Reads a stored assessment of this version or an older one.
 * Throws `file-missing`, `json-invalid`, or `artifact-version` when a newer harness wrote it.
 */
export async function readAssessment(file: string): Promise<ChangeAssessment> {
  return parseAssessment(await readTextFile(file, NOT_AN_ASSESSMENT), file)
}

/** The same for its text; `file` is what the message names. */
export function parseAssessment(text: string, file: string): ChangeAssessment {
  const stored = upgraded(jsonOf(text, file), file)
  const read = ChangeAssessment.safeParse(toPlain(stored))
  if (read.success) return read.data
  const issue = read.error.issues[0]
  throw invalid(`${file}: ${issue?.path.map(String).join('.')}: ${issue?.message}.`)
}

function jsonOf(text: string, file: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    throw invalid(`${file} is not JSON: ${messageOf(cause)}.`, cause)
  }
}

function upgraded(stored: Json, file: string): Json {
  const format = isJsonObject(stored) ? stored.format : undefined
  if (format !== FORMAT) throw invalid(`${file} is no ${FORMAT}.`)
  let json = stored
  for (;;) {
    const version = versionOf(json)
    if (version === VERSION) return json
    if (version > VERSION) {
      throw new GateError('artifact-version', `${file} has version ${version}; ${VERSION} is known.`, {
        hint: 'Update erp-change-gate.',
      })
    }
    const upgrade = UPGRADES.get(version)
    if (upgrade === undefined) throw invalid(`${file} has no version that was ever written.`)
    json = upgrade(json)
  }
}

function versionOf(json: Json): number {
  const version = isJsonObject(json) ? json.version : undefined
  return isJsonNumber(version) && Number.isSafeInteger(Number(version.value)) ? Number(version.value) : 0
}

function invalid(message: string, cause?: unknown): GateError {
  return new GateError('json-invalid', message, { hint: NOT_AN_ASSESSMENT, cause })
}
