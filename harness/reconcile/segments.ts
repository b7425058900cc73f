import { z } from 'zod'
import type { Recoding } from './codes.ts'

/** Where a segment stands in the codes of a value list: `01-4000-100` has three, parted by `-`. */
export const SegmentArgs = {
  /** What parts the segments. */
  separator: z.string().min(1),
  /** Which segment it is, from 1. */
  position: z.int().positive(),
}

/** The segments of a code. */
export function segmentsOf(code: string, separator: string): readonly string[] {
  return code.split(separator)
}

/** The code with a segment put in, so that it stands at the position. */
export function withSegment(code: string, separator: string, position: number, segment: string): string {
  const segments = segmentsOf(code, separator)
  return position > segments.length + 1 ? code : segments.toSpliced(position - 1, 0, segment).join(separator)
}

/** The code without the segment at a position, `undefined` when it has none there. */
export function withoutSegment(code: string, separator: string, position: number): string | undefined {
  const segments = segmentsOf(code, separator)
  if (segments.length < 2 || position > segments.length) return undefined
  return segments.toSpliced(position - 1, 1).join(separator)
}

/** The recoding of every code of a list by one rule. */
export function recodingBy(becomes: Recoding['becomes']): Recoding {
  return { becomes, into: 'new', isBlockedInstead: true, isOfForms: true, old: [] }
}
