import { GateError } from '../base/errors.ts'
import type { Names } from '../ports/erp.ts'

/** A name that two records of one system share, with both ids; nothing may be sent to either. */
export class AmbiguousName extends GateError {
  constructor(resource: string, name: string, ids: readonly string[]) {
    super('recording-unusable', `${resource} "${name}" is ambiguous: ids ${ids.join(' and ')} both have this name.`, {
      hint: 'Give the records distinct codes in the sandbox, or record the look-up by a unique code.',
    })
  }
}

/**
 * Names of the records of one system, learned from its answers. A scope sees the names of what it was opened in and keeps
 * its own to itself, so that what one lane learns does not depend on how far another one is.
 */
export class LearnedNames implements Names {
  readonly #outer: LearnedNames | undefined
  readonly #names = new Map<string, string>()
  readonly #ids = new Map<string, Set<string>>()

  constructor(outer?: LearnedNames) {
    this.#outer = outer
  }

  learn(resource: string, id: string, name: string): void {
    if (this.nameOf(resource, id) !== undefined) return
    this.#names.set(`${resource} ${id}`, name)
    const ids = this.#ids.get(`${resource} ${name}`) ?? new Set()
    this.#ids.set(`${resource} ${name}`, ids.add(id))
  }

  nameOf(resource: string, id: string): string | undefined {
    return this.#names.get(`${resource} ${id}`) ?? this.#outer?.nameOf(resource, id)
  }

  idOf(resource: string, name: string): string | undefined {
    const ids = this.#idsOf(resource, name)
    if (ids.length > 1) throw new AmbiguousName(resource, name, ids)
    return ids[0]
  }

  #idsOf(resource: string, name: string): readonly string[] {
    const outer = this.#outer === undefined ? [] : this.#outer.#idsOf(resource, name)
    return [...outer, ...(this.#ids.get(`${resource} ${name}`) ?? [])]
  }
}
