import type { Difference } from '../model/difference.ts'

/** What the field mapping of an integration meets in a release, one row at a time. */
export type MappingFact = Readonly<{
  about: 'gone' | 'retyped' | 'unmapped' | 'value-gone' | 'twice' | 'too-long'
  /** The source of the row, as `mapping.yaml` names it. */
  from: string
  /** What was found, in words: the other type, the value, the other source. */
  found: string
  difference: Difference
}>

/** A recorded account combination, or the values of a line together, that a release does not take. */
export type CombinationFact = Readonly<{
  about: 'segments' | 'value' | 'unlisted' | 'blocked'
  /** The segment or dimension that it is about, empty when it is about all of them together. */
  segment: string
  value: string
  difference: Difference
}>
