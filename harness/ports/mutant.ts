import type { Snapshot } from '../model/snapshot.ts'
import type { VirtualErp } from './erp.ts'

/** What a defect is like: nobody is told, the ERP refuses, the connection fails, the published schema or a list differs, or no harm. */
export type MutantClass = 'silent' | 'loud' | 'structure' | 'connection' | 'benign'

/** One defect that a release could have, put into a virtual ERP so that the gate itself is tested. */
export type Mutant = Readonly<{
  /** Kebab-case, unique among all mutants of an ERP. */
  id: string
  class: MutantClass
  /** What the release does, in one sentence. */
  does: string
  /** What a recorded invoice must hold to show it: the invoice to add when none does. */
  shownBy: string
  /** The release with the defect. A snapshot that comes back as it was has nothing that the defect could act on. */
  release?: (snapshot: Snapshot) => Snapshot
  /** Answers with the defect; `acted` is called whenever an answer was not what the release would have said. */
  wire?: (virtual: VirtualErp, acted: () => void) => VirtualErp
}>
