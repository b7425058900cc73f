import type { Difference } from '../model/difference.ts'

/** The values that a published list of values lost or got; `undefined` when the difference is not about such a list. */
export function listChangeOf({
  published,
  baseline,
  candidate,
}: Difference): Readonly<{ lost: readonly string[]; got: readonly string[] }> | undefined {
  // A list that is new or gone as a whole lets nothing, or anything, through: no list of single values says that.
  if (published?.keyword !== 'enum' || !['narrowed', 'widened'].includes(published.change)) return undefined
  const [lost, got] = [valuesIn(baseline), valuesIn(candidate)]
  return lost === undefined || got === undefined ? undefined : { lost, got }
}

/** Texts in a canonical JSON list; numbers and truth values as they are written. */
function valuesIn(text: string | null): readonly string[] | undefined {
  if (text === null) return []
  try {
    const values: unknown = JSON.parse(text)
    return Array.isArray(values)
      ? values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      : undefined
  } catch {
    // A list that is too long to be told whole ends in the middle of a value.
    return undefined
  }
}
