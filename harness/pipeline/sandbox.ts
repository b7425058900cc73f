import { type RunningSandbox, removeSandboxes, startSandbox } from '../targets/container.ts'
import { SANDBOX_FOLDER } from './target.ts'

/** Starts a sandbox that stays up after the command ends. */
export function sandboxUp(name: string, onProgress: (line: string) => void): Promise<RunningSandbox> {
  return startSandbox(name, SANDBOX_FOLDER, { keep: true, onProgress })
}

/** Removes every container of a sandbox that the gate started; returns how many. */
export function sandboxDown(name: string): Promise<number> {
  return removeSandboxes(name)
}
