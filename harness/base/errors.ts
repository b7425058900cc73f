/**
 * Every error the harness raises on purpose. A code is public and stable; the exit status says who acts next:
 * 2 means the input or configuration must be mended, 3 means the gate could not finish and therefore does not know.
 */
export const ERROR_CATALOGUE = {
  usage: { exit: 2, title: 'The command line is not one change-gate understands.' },
  'file-missing': { exit: 2, title: 'A file or folder that was named does not exist.' },
  'file-too-large': { exit: 2, title: 'A file is larger than the harness reads.' },
  'path-outside-folder': { exit: 2, title: 'A path leaves the folder it belongs to.' },
  'yaml-invalid': { exit: 2, title: 'A YAML file cannot be read or has a wrong key or value.' },
  'json-invalid': { exit: 2, title: 'A JSON file cannot be read or has a wrong key or value.' },
  'artifact-version': { exit: 2, title: 'A stored artifact was written by a newer harness.' },
  'recording-damaged': { exit: 2, title: 'A recording is truncated or was edited after it was recorded.' },
  'recording-unusable': { exit: 2, title: 'A recording lacks something that a replay needs.' },
  'sanitize-failed': { exit: 2, title: 'A sanitizing rule could not be applied, so nothing was written.' },
  'schema-invalid': { exit: 2, title: 'A published schema cannot be read.' },
  'snapshot-unusable': { exit: 2, title: 'A snapshot lacks something that a run needs.' },
  'noise-refused': { exit: 2, title: 'A noise rule would leave out what must never be left out.' },
  'plug-in-unknown': { exit: 2, title: 'No plug-in has this id.' },
  'policy-unknown-check': { exit: 2, title: 'The policy names a check that does not exist.' },
  'expectation-unknown': {
    exit: 2,
    title: 'A release note entry expects something the harness has no expectation for.',
  },
  'credential-missing': { exit: 2, title: 'A credential is not set in the environment.' },
  'sandbox-not-proven': { exit: 2, title: 'The target is not proven to be a sandbox.' },
  'target-wrong-release': { exit: 2, title: 'The target runs another release than the change request names.' },
  'key-unusable': { exit: 2, title: 'A key cannot be read, is of another kind, or lies where it must not.' },
  'signing-failed': { exit: 3, title: 'A decision could not be signed.' },
  'decision-unfounded': { exit: 2, title: 'An assessment cannot carry the decision that is asked for.' },
  'docker-missing': { exit: 2, title: 'A container was asked for and Docker does not answer.' },
  'connector-unusable': { exit: 2, title: 'The connector under test cannot be run.' },
  'target-unreachable': { exit: 3, title: 'The target does not answer.' },
  'target-refused-login': { exit: 3, title: 'The target refused the credential.' },
  'target-fault': { exit: 3, title: 'The target answered with a fault of the connection, not of a record.' },
  'sandbox-build-failed': { exit: 3, title: 'A sandbox image could not be built or started.' },
  'journal-unusable': { exit: 2, title: 'The journal of an earlier run cannot be read, written or continued.' },
  'evidence-mismatch': { exit: 2, title: 'Evidence packs do not belong together.' },
  'evidence-incomplete': { exit: 3, title: 'An evidence pack is missing, so not everything was checked.' },
  internal: { exit: 3, title: 'The harness failed. This is a defect of the harness.' },
} as const

/** A public error code. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE

/** The one error class of the harness: what happened, what to do next, and the exit status that follows from it. */
export class GateError extends Error {
  readonly code: ErrorCode
  /** What a person should do next, in one sentence. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, options: Readonly<{ hint: string; cause?: unknown }>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GateError'
    this.code = code
    this.hint = options.hint
  }

  /** 2 = mend the input or configuration; 3 = could not finish. */
  get exit(): 2 | 3 {
    return ERROR_CATALOGUE[this.code].exit
  }
}

/** Narrows an unknown thrown value to its message, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
