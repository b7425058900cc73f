/**
 * Values that the same recorded invoices carry in a field, in the same order on both sides; undefined where nothing is known.
 * They are the strongest evidence: a field that answers what the removed one answered is the removed one.
 */
export type FieldValues = (side: 'old' | 'new', resource: string, pointer: string) => readonly string[] | undefined

/** How many of the values of two fields are the same, row by row; undefined where they cannot be held against each other. */
export function valuesAlike(
  was: readonly string[] | undefined,
  is: readonly string[] | undefined,
): Readonly<{ equal: number; of: number; isTelling: boolean }> | undefined {
  if (was === undefined || is === undefined || was.length === 0 || was.length !== is.length) return undefined
  return {
    equal: was.filter((value, index) => value === is[index]).length,
    of: was.length,
    // Where every invoice carries the same value, so might any other field.
    isTelling: new Set(was).size > 1,
  }
}
