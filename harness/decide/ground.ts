import type { Lane } from '../model/common.ts'

/** One thing that stands against a go, or that must hold for one. */
export type Ground = Readonly<{
  verdict: 'no-go' | 'undecided' | 'conditional'
  /** Stable code, such as `unexpected-break`. */
  code: string
  text: string
  lane: Lane
  findings?: readonly string[]
}>
