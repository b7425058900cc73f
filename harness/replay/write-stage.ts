import type { Operation } from '../ports/erp.ts'

/** Whether an operation writes a document. */
export function isWrite({ kind }: Operation): boolean {
  return kind === 'create' || kind === 'transition' || kind === 'remove'
}

/** What an operation does, as the stages of a document are called: `create`, `post`. */
export function methodOf({ name }: Operation): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
