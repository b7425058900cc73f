import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { GateError, messageOf } from '../base/errors.ts'

/** How a connector is run. */
export type Launch = Readonly<{
  program: string
  args: readonly string[]
  folder: string
  /** All of its environment. */
  env: Readonly<Record<string, string>>
  stdin?: string
  timeLimitMs: number
  /** Absent for a connector that ends by itself. */
  service?: Readonly<{
    isReady: (output: string) => Promise<boolean>
    start: () => Promise<void>
    isDone: (output: string) => Promise<boolean>
  }>
}>

/** How a run of a connector ended. */
export type Ended = Readonly<{
  /** `ended` by itself or, for one that goes on running, because everything was done. */
  how: 'ended' | 'out-of-time' | 'signal' | 'never-ready'
  /** Exit status; `null` when it was ended by a signal. */
  status: number | null
  stdout: string
  stderr: string
  durationMs: number
}>

/** Bytes of output that are kept; a connector that writes more is ended, because what is not seen is not checked. */
const LARGEST_OUTPUT = 20_000_000

/** How long a connector may take to end when it is asked to. */
const GRACE = 3000

const POLL = 50

/** Runs a connector without a shell. Throws `connector-unusable` when it cannot be started. */
export async function runProcess(launch: Launch): Promise<Ended> {
  const started = performance.now()
  const running = execa(launch.program, launch.args, {
    cwd: launch.folder,
    env: launch.env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    timeout: launch.timeLimitMs,
    forceKillAfterDelay: GRACE,
    maxBuffer: LARGEST_OUTPUT,
    ...(launch.stdin === undefined ? { stdin: 'ignore' as const } : { input: launch.stdin }),
  })
  let output = ''
  for (const stream of [running.stdout, running.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  let isOver = false
  const over = running.finally(() => {
    isOver = true
  })
  const { service } = launch
  let wasReady = true
  let wasDone = false
  let wasEndedByGate = false
  if (service !== undefined) {
    const until = started + launch.timeLimitMs
    const waitFor = async (isSo: (output: string) => Promise<boolean>): Promise<boolean> => {
      while (!isOver && performance.now() < until) {
        if (await isSo(output)) return true
        await sleep(POLL)
      }
      return false
    }
    wasReady = await waitFor(service.isReady)
    if (wasReady) {
      await service.start()
      wasDone = await waitFor(service.isDone)
    }
    if (!isOver) {
      wasEndedByGate = true
      running.kill('SIGTERM')
    }
  }
  const result = await over
  if (result.exitCode === undefined && result.signal === undefined && !result.timedOut && !result.isMaxBuffer) {
    throw new GateError(
      'connector-unusable',
      `The connector "${launch.program}" cannot be started (${messageOf(result.cause ?? result)}).`,
      {
        hint: 'Name a program that is there: its path is looked up from the working folder and from PATH, without a shell.',
      },
    )
  }
  const how = wasDone ? 'ended' : endOf({ ...result, wasReady, wasEndedByGate })
  return {
    how,
    status: wasDone ? 0 : (result.exitCode ?? null),
    stdout: result.stdout,
    stderr: result.stderr,
    durationMs: Math.round(performance.now() - started),
  }
}

/** How a connector ended that was not ended because everything was done. */
function endOf(
  result: Readonly<{ timedOut: boolean; isTerminated: boolean; wasReady: boolean; wasEndedByGate: boolean }>,
): Ended['how'] {
  if (!result.wasReady) return 'never-ready'
  if (result.timedOut || result.wasEndedByGate) return 'out-of-time'
  return result.isTerminated ? 'signal' : 'ended'
}
