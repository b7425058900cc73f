import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { GateError } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import type { Exchange, OnPassed } from '../record/recorder.ts'

/** What the spare needs to know of the recording. */
type Task = Readonly<{ scenario: string; out: string; recordedAt: string }>

/** What the spare process is told. */
export type Told = Readonly<{ task: Task; exchanges: readonly Exchange[] }>

/** Milliseconds after which it is told: a connector asks again at once, and is not to wait for it. */
const LATER = 5

/** Where the recording of a recorder that was killed lies. */
export function cutOffFile(out: string): string {
  return `${out}.cut-off`
}

/** Throws `recording-unusable` where an earlier recorder was killed and nobody has looked at what it had. */
export async function refuseCutOff(out: string): Promise<void> {
  const file = cutOffFile(out)
  if (!(await exists(file))) return
  throw new GateError('recording-unusable', `An earlier recording was cut off; what it had is in ${file}.`, {
    hint: `It is sanitized and whole up to there: rename it to ${out} to use it, or delete it, and record again.`,
  })
}

/** The refusal of a recording that has a hole, of which the spare keeps what passed before. */
export function withCutOff(error: unknown, out: string): unknown {
  if (!(error instanceof GateError)) return error
  const hint = `${error.hint} What passed before it is sanitized and kept as ${cutOffFile(out)}.`
  return new GateError(error.code, error.message, { hint, cause: error })
}

/**
 * A second process that is told of every exchange and holds it in memory, from the first one on. When this process ends
 * without having dismissed it, such as by SIGKILL, it sanitizes what it holds and writes that: what was recorded is not lost,
 * and nothing is on a disk before it is clean.
 */
export class RecordingSpare {
  readonly #task: Task
  #process: ChildProcess | undefined
  #waiting: Exchange[] = []
  #isDismissed = false

  constructor(task: Task) {
    this.#task = task
  }

  readonly keep: OnPassed = (passed, nth) => {
    if (this.#waiting.length === 0) setTimeout(() => this.#tell(), LATER)
    this.#waiting.push({ passed, nth })
  }

  #tell(): void {
    const told: Told = { task: this.#task, exchanges: this.#waiting }
    this.#waiting = []
    if (this.#isDismissed) return
    this.#process ??= this.#started()
    if (this.#process.connected) this.#process.send(told, () => undefined)
  }

  async dismiss(): Promise<void> {
    this.#isDismissed = true
    const spare = this.#process
    if (spare?.pid === undefined || spare.exitCode !== null || spare.signalCode !== null) return
    spare.ref()
    const ended = once(spare, 'exit')
    spare.kill('SIGKILL')
    await ended
  }

  #started(): ChildProcess {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const file = fileURLToPath(new URL(`./recording-spare-process.${extension}`, import.meta.url))
    const spare = fork(file, [], {
      // A signal to the group of this process, such as Ctrl-C, is none to the spare.
      detached: true,
      execArgv: [],
      serialization: 'advanced',
      stdio: 'ignore',
    })
    spare.unref()
    spare.channel?.unref()
    // Without its spare a recorder records all the same.
    spare.on('error', () => undefined)
    return spare
  }
}
