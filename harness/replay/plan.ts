import { isJsonArray, isJsonNumber, type Json } from '../base/json.ts'
import { pointerOf, valueAt, withMembers } from '../base/pointer.ts'
import type { PlanOperation } from '../model/plan.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { FieldUse, ListedBy, Operation, Reference } from '../ports/erp.ts'
import { withPlaces } from './places.ts'
import { asSent, givenValue, type Made, mappedText, toWire, withSegment } from './plan-values.ts'

/** What a plan has to know of a request besides what it does. */
export type PlanContext = Readonly<{
  /** Name that the recording gives a record. */
  nameOf: (resource: string, id: string) => string | undefined
  /** The list that a field of the target names a value of. */
  listOf: (resource: string, field: string) => ListedBy | undefined
  /** The operation that wrote the document last, such as `create`; empty before the first. */
  after: string
  path: string
}>

/** What one operation of the plan met in one request. */
export type PlanEffect = {
  /** Whether the request has the field that it is about. */
  seen: boolean
  changed: boolean
  /** Values that it does not say what to do with. */
  readonly missing: string[]
}

/** A listed value that a request names, whether by id or by code. */
export type ListedUse = Readonly<{ pointer: string; resource: string; code: string }>

/** A listed value that an operation of the plan, counted from 0, sends in the place of another or of none. */
export type MadeValue = Readonly<{ index: number; list: string; code: string }>

/** A request as the plan changes it. */
export type Planned = Readonly<{
  /** What the request does then. */
  operation: Operation
  /** Listed values that it names then. */
  listed: readonly ListedUse[]
  /** One for each operation of the plan. */
  effects: readonly PlanEffect[]
  /** Listed values that an operation of the plan brought in. */
  made: readonly MadeValue[]
  /** Names of the records at references that the plan changes; `undefined` where nothing is named any more. */
  names: ReadonlyMap<string, string | undefined>
  edits: Edits
}>

type Edits = Readonly<{
  places: ReadonlyMap<string, Json | undefined>
  /** What is put into records: a value, a value that stands elsewhere in the request, or the id of a listed value. */
  members: ReadonlyMap<string, Readonly<{ value: Json } | { from: string } | { id: ListedUse }>>
}>

/** A value that is sent or searched for, and what the plan has made of it so far. */
type Slot = {
  readonly origin: FieldUse | undefined
  record: string
  resource: string
  field: string
  /** As people read it: the code of a listed value. */
  texts: readonly string[]
  /** Set once the plan decides what is sent; without it, what was recorded. */
  value: Json | undefined
  readonly references: readonly Reference[]
  /** Where a copy takes its value from. */
  readonly from: string | undefined
}

/** What a plan makes of a request: its operations one after the other, each on what the one before left. */
export function planned(operation: Operation, plan: readonly PlanOperation[], context: PlanContext): Planned {
  const planning = new Planning(operation, context)
  for (const step of plan) planning.apply(step)
  return planning.outcome()
}

/** A path as a plan sends it: the ids in it are those of the target already. */
export function redirected(path: string, plan: readonly PlanOperation[]): string {
  return plan.reduce((now, step) => {
    if (!('change-endpoint' in step)) return now
    const { from, to } = step['change-endpoint']
    return now.startsWith(from) ? to + now.slice(from.length) : now
  }, path)
}

/** The request with a plan's changes; `idOf` finds the id of a listed value in the target. Returns why where it finds none. */
export function withPlan(
  request: RecordedRequest,
  { edits }: Planned,
  idOf: (listed: ListedUse) => Json | undefined,
): RecordedRequest | string {
  const body = request.body !== undefined && 'json' in request.body ? request.body.json : undefined
  const members = new Map<string, Json>()
  for (const [pointer, member] of edits.members) {
    const value =
      'id' in member
        ? idOf(member.id)
        : 'value' in member
          ? member.value
          : body === undefined
            ? undefined
            : valueAt(body, member.from)
    if (value === undefined) {
      return 'id' in member
        ? `${member.id.resource} "${member.id.code}" was not found in the target`
        : `${pointer} cannot be put into a request whose body is no JSON`
    }
    members.set(pointer, value)
  }
  const changed = withPlaces(request, edits.places)
  if (members.size === 0 || changed.body === undefined || !('json' in changed.body)) return changed
  return { ...changed, body: { json: withMembers(changed.body.json, members) } }
}

class Planning {
  readonly #operation: Operation
  readonly #context: PlanContext
  readonly #sends: Slot[]
  readonly #filters: Slot[]
  #reads: readonly FieldUse[]
  readonly #dropped: Slot[] = []
  readonly #places = new Map<string, Json | undefined>()
  readonly #effects: PlanEffect[] = []
  readonly #made: MadeValue[] = []
  #path: string

  constructor(operation: Operation, context: PlanContext) {
    this.#operation = operation
    this.#context = context
    this.#reads = operation.reads
    this.#path = context.path
    const owners = ownersOf(operation)
    const slotOf = (use: FieldUse): Slot => {
      const references = owners.get(use) ?? []
      const names = references.map(({ resource, id }) => context.nameOf(resource, id) ?? `#${id}`)
      return {
        origin: use,
        record: recordOf(use.pointer),
        resource: use.resource,
        field: use.field,
        texts: references.length > 0 ? names : textsOf(use.value),
        value: undefined,
        references,
        from: undefined,
      }
    }
    this.#sends = operation.sends.map(slotOf)
    this.#filters = operation.filters.map(slotOf)
  }

  apply(step: PlanOperation): void {
    const effect: PlanEffect = { seen: false, changed: false, missing: [] }
    this.#effects.push(effect)
    if ('drop-field' in step) this.#drop(step['drop-field'], effect)
    else if ('rename-field' in step) this.#rename(step['rename-field'], effect)
    else if ('map-value' in step) {
      const table = step['map-value']
      this.#remake(table, [...this.#sends, ...this.#filters], (text) => mappedText(table, text), effect)
    } else if ('add-segment' in step) {
      const segment = step['add-segment']
      this.#remake(segment, [...this.#sends, ...this.#filters], (text) => withSegment(segment, text), effect)
    } else if ('add-field' in step) this.#add(step['add-field'], effect)
    else if ('move-field' in step) this.#move(step['move-field'], effect)
    else this.#redirect(step['change-endpoint'], effect)
  }

  outcome(): Planned {
    const names = new Map<string, string | undefined>()
    const members = new Map<string, Readonly<{ value: Json } | { from: string } | { id: ListedUse }>>()
    const listed: ListedUse[] = []
    const places = new Map(this.#places)
    for (const { origin, references } of this.#dropped) {
      if (origin !== undefined) places.set(origin.pointer, undefined)
      for (const { pointer } of references) names.set(pointer, undefined)
    }
    const codes = new Map((this.#operation.codes ?? []).map((code) => [code.pointer, code]))
    for (const slot of [...this.#sends, ...this.#filters]) {
      const { origin, references, value, texts } = slot
      const pointer = pointerOfSlot(slot)
      for (const [index, { pointer: at, resource }] of references.entries()) {
        const name = texts[index]
        if (name === undefined) continue
        if (value !== undefined) names.set(at, name)
        const moved =
          origin === undefined || !at.startsWith(origin.pointer) ? at : pointer + at.slice(origin.pointer.length)
        listed.push({ pointer: moved, resource, code: name })
      }
      const code = origin === undefined ? undefined : codes.get(origin.pointer)
      const [text] = texts
      if (code !== undefined && text !== undefined) listed.push({ pointer, resource: code.resource, code: text })
      if (origin === undefined) {
        const list = this.#context.listOf(slot.resource, slot.field)
        const use = list === undefined || text === undefined ? undefined : { pointer, resource: list.list, code: text }
        if (use !== undefined) listed.push(use)
        if (slot.from !== undefined && (value === undefined || references.length > 0))
          members.set(pointer, { from: slot.from })
        else if (use !== undefined && list?.by === 'id') members.set(pointer, { id: use })
        else if (value !== undefined) members.set(pointer, { value })
      } else if (pointer !== origin.pointer) {
        places.set(origin.pointer, undefined)
        if (/^query:/.test(pointer)) places.set(pointer, value ?? origin.value)
        else members.set(pointer, value === undefined || references.length > 0 ? { from: origin.pointer } : { value })
      } else if (value !== undefined && references.length === 0) places.set(pointer, value)
    }
    const owned = new Set([...this.#sends, ...this.#filters, ...this.#dropped].flatMap(({ references }) => references))
    for (const reference of this.#operation.references) {
      if (owned.has(reference)) continue
      const code = this.#context.nameOf(reference.resource, reference.id)
      if (code !== undefined) listed.push({ pointer: reference.pointer, resource: reference.resource, code })
    }
    return {
      operation: {
        ...this.#operation,
        sends: this.#sends.map(useOf),
        filters: this.#filters.map(useOf),
        reads: this.#reads,
      },
      listed,
      effects: this.#effects,
      made: this.#made,
      names,
      edits: { places, members },
    }
  }

  #drop(
    {
      resource,
      field,
      direction,
      after,
    }: Readonly<{ resource: string; field: string; direction: 'send' | 'read'; after?: string | undefined }>,
    effect: PlanEffect,
  ): void {
    const isMeant = (use: Readonly<{ resource: string; field: string }>) =>
      use.resource === resource && use.field === field
    const found = direction === 'read' ? this.#reads.filter(isMeant) : this.#sends.filter(isMeant)
    if (found.length === 0) return
    effect.seen = true
    if (after !== undefined && after !== this.#context.after) return
    effect.changed = true
    if (direction === 'read') {
      for (const use of this.#reads.filter(isMeant)) if (use.named !== undefined) this.#places.set(use.named, undefined)
      this.#reads = this.#reads.filter((use) => !isMeant(use))
      return
    }
    for (const slot of this.#sends.filter(isMeant)) {
      this.#sends.splice(this.#sends.indexOf(slot), 1)
      this.#dropped.push(slot)
    }
  }

  #rename(
    { resource, field, to }: Readonly<{ resource: string; field: string; to: string }>,
    effect: PlanEffect,
  ): void {
    const isMeant = (use: Readonly<{ resource: string; field: string }>) =>
      use.resource === resource && use.field === field
    for (const slot of [...this.#sends, ...this.#filters].filter(isMeant)) {
      effect.seen = true
      effect.changed ||= field !== to
      slot.field = to
      if (slot.origin?.named !== undefined) this.#places.set(slot.origin.named, to)
    }
    this.#reads = this.#reads.map((use) => {
      if (!isMeant(use)) return use
      effect.seen = true
      effect.changed ||= field !== to
      if (use.named !== undefined) this.#places.set(use.named, to)
      return { ...use, field: to }
    })
  }

  #remake(
    { resource, field }: Readonly<{ resource: string; field: string }>,
    slots: readonly Slot[],
    make: (text: string) => Made,
    effect: PlanEffect,
  ): void {
    for (const slot of slots) {
      if (slot.resource !== resource || slot.field !== field || slot.texts.length === 0) continue
      effect.seen = true
      const made = slot.texts.map((text) => {
        const one = make(text)
        if ('text' in one) return one.text
        effect.missing.push(one.missing)
        return text
      })
      if (made.every((text, index) => text === slot.texts[index])) continue
      effect.changed = true
      slot.texts = made
      this.#note(slot, slot.references[0]?.resource)
      slot.value = asSent(made[0] ?? '', slot.value ?? slot.origin?.value)
    }
  }

  #add(add: Extract<PlanOperation, { 'add-field': unknown }>['add-field'], effect: PlanEffect): void {
    if (this.#operation.kind !== 'create') return
    const { resource, field } = add
    const records = new Set(this.#sends.filter((slot) => slot.resource === resource).map((slot) => slot.record))
    for (const record of records) {
      effect.seen = true
      const own = this.#sends.filter((slot) => slot.record === record && slot.resource === resource)
      if (own.some((slot) => slot.field === field)) continue
      const given = givenValue(add, own.find((slot) => slot.field === add.by?.field)?.texts[0])
      if ('missing' in given) {
        effect.missing.push(given.missing)
        continue
      }
      effect.changed = true
      const value = toWire(given.value)
      const slot = {
        ...{ origin: undefined, record, resource, field, texts: textsOf(value), value },
        ...{ references: [], from: undefined },
      }
      this.#sends.push(slot)
      this.#note(slot, undefined)
    }
  }

  #note({ resource, field, texts }: Slot, known: string | undefined): void {
    const list = known ?? this.#context.listOf(resource, field)?.list
    if (list === undefined) return
    for (const code of texts) this.#made.push({ index: this.#effects.length - 1, list, code })
  }

  #move(
    { resource, field, to }: Extract<PlanOperation, { 'move-field': unknown }>['move-field'],
    effect: PlanEffect,
  ): void {
    const moved = this.#sends.filter((slot) => slot.resource === resource && slot.field === field)
    if (moved.length === 0) return
    effect.seen = true
    const targets = new Set(this.#sends.filter((slot) => slot.resource === to.resource).map((slot) => slot.record))
    const copies: Slot[] = []
    for (const record of targets) {
      const sources = moved.filter((slot) => isInside(record, slot.record) || isInside(slot.record, record))
      const [first] = sources
      if (first === undefined) continue
      const told = [...new Set(sources.map((slot) => slot.texts.join(', ')))]
      if (told.length > 1) {
        effect.missing.push(`${told.join(' and ')}, of which one record can hold only one`)
        continue
      }
      const from = first.origin?.pointer ?? first.from
      copies.push({ ...first, ...to, origin: undefined, record, from })
    }
    if (copies.length === 0) return
    effect.changed = true
    for (const slot of moved) {
      this.#sends.splice(this.#sends.indexOf(slot), 1)
      this.#dropped.push({ ...slot, references: [] })
    }
    this.#sends.push(...copies)
  }

  #redirect({ from, to }: Readonly<{ from: string; to: string }>, effect: PlanEffect): void {
    if (!this.#path.startsWith(from)) return
    effect.seen = true
    effect.changed = from !== to
    this.#path = to + this.#path.slice(from.length)
  }
}

/** Which value each reference of a request belongs to: the innermost that holds it. */
function ownersOf(operation: Operation): ReadonlyMap<FieldUse, readonly Reference[]> {
  const owners = new Map<FieldUse, Reference[]>()
  const uses = [...operation.sends, ...operation.filters]
  for (const reference of operation.references) {
    const owner = uses
      .filter(({ pointer }) => reference.pointer === pointer || reference.pointer.startsWith(`${pointer}/`))
      .reduce<FieldUse | undefined>(
        (best, use) => (best === undefined || use.pointer.length > best.pointer.length ? use : best),
        undefined,
      )
    if (owner !== undefined) owners.set(owner, [...(owners.get(owner) ?? []), reference])
  }
  return owners
}

function recordOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')))
}

/** Where a value stands once it has its new name; a name that stands apart from the value leaves it in its place. */
function pointerOfSlot({ origin, record, field }: Slot): string {
  if (origin === undefined) return record + pointerOf([field])
  if (origin.named !== undefined || origin.field === field) return origin.pointer
  if (origin.pointer === `query:${origin.field}`) return `query:${field}`
  return origin.pointer.startsWith('/') ? record + pointerOf([field]) : origin.pointer
}

function useOf(slot: Slot): FieldUse {
  const { origin, resource, field, value } = slot
  const now = value ?? origin?.value
  return {
    ...(origin ?? {}),
    ...{ pointer: pointerOfSlot(slot), resource, field },
    ...(now === undefined ? {} : { value: now }),
  }
}

function textsOf(value: Json | undefined): readonly string[] {
  if (isJsonArray(value)) return value.flatMap((item) => (isJsonArray(item) ? [] : textsOf(item)))
  if (isJsonNumber(value)) return [value.value]
  return typeof value === 'boolean' || (typeof value === 'string' && value !== '') ? [String(value)] : []
}

function isInside(record: string, other: string): boolean {
  return other === '' || record === other || record.startsWith(`${other}/`)
}
