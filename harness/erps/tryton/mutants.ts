import type { Mutant } from '../../ports/mutant.ts'
import { benignMutants } from './mutants/benign.ts'
import { loudMutants } from './mutants/loud.ts'
import { silentMutants } from './mutants/silent.ts'
import { structureMutants } from './mutants/structure.ts'

/** Every defect that can be put into a virtual Tryton, and every harmless difference. */
export const trytonMutants: readonly Mutant[] = [
  ...silentMutants,
  ...loudMutants,
  ...structureMutants,
  ...benignMutants,
]
