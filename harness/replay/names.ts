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

/** What names are looked up in: names that were learned, or those among them that were known at some time. */
type KnownNames = Readonly<{
  nameOf: (resource: string, id: string) => string | undefined
  idsOf: (resource: string, name: string) => readonly string[]
}>

/**
 * Names of the records of one system, learned from its answers. A scope sees the names of what it was opened in and keeps
 * its own to itself, so that what one lane learns does not depend on how far another one is.
 */
export class LearnedNames implements Names {
  readonly #outer: KnownNames | undefined
  /** The names in the order of learning. */
  readonly #names: string[] = []
  readonly #resources = new Map<string, Readonly<{ places: Map<string, number>; ids: Map<string, string[]> }>>()

  constructor(outer?: KnownNames) {
    this.#outer = outer
  }

  /** How many names were learned here. */
  get count(): number {
    return this.#names.length
  }

  learn(resource: string, id: string, name: string): void {
    if (this.nameOf(resource, id) !== undefined) return
    const known = this.#resources.get(resource) ?? { places: new Map(), ids: new Map() }
    this.#resources.set(resource, known)
    known.places.set(id, this.#names.length)
    this.#names.push(name)
    const ids = known.ids.get(name)
    if (ids === undefined) known.ids.set(name, [id])
    else ids.push(id)
  }

  nameOf(resource: string, id: string): string | undefined {
    const place = this.#placeOf(resource, id)
    return place === undefined ? this.#outer?.nameOf(resource, id) : this.#names[place]
  }

  idOf(resource: string, name: string): string | undefined {
    const ids = this.idsOf(resource, name)
    if (ids.length > 1) throw new AmbiguousName(resource, name, ids)
    return ids[0]
  }

  idsOf(resource: string, name: string): readonly string[] {
    const own = this.#resources.get(resource)?.ids.get(name) ?? []
    return this.#outer === undefined ? own : [...this.#outer.idsOf(resource, name), ...own]
  }

  /** The names as they were known when so many had been learned. */
  asOf(count: number): KnownNames {
    const isKnown = (resource: string, id: string) => (this.#placeOf(resource, id) ?? count) < count
    return {
      nameOf: (resource, id) => (isKnown(resource, id) ? this.nameOf(resource, id) : undefined),
      idsOf: (resource, name) => this.idsOf(resource, name).filter((id) => isKnown(resource, id)),
    }
  }

  /** The place of a name in the order of learning, `undefined` when it was not learned here. */
  #placeOf(resource: string, id: string): number | undefined {
    return this.#resources.get(resource)?.places.get(id)
  }
}
