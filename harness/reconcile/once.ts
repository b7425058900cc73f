import type { UnjudgedFinding } from '../ports/expectation.ts'

/**
 * What is worked out from all findings for one announcement, worked out once: it is asked for with every difference, and there
 * can be as many of these as invoices.
 */
export function once<Args extends object, Made>(
  make: (args: Args, all: readonly UnjudgedFinding[]) => Made,
): (args: Args, all: readonly UnjudgedFinding[]) => Made {
  const known = new WeakMap<readonly UnjudgedFinding[], WeakMap<Args, Made>>()
  return (args, all) => {
    const own = known.get(all) ?? new WeakMap<Args, Made>()
    known.set(all, own)
    const before = own.get(args)
    if (before !== undefined) return before
    const made = make(args, all)
    own.set(args, made)
    return made
  }
}
