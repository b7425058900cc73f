import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { SideBySide } from '../model/assessment.ts'
import type { Difference } from '../model/difference.ts'
import { pairRows } from './pairing.ts'
import { identityOf, likeness, type RecordContext } from './records.ts'
import { isEmpty, sameValue, textOf } from './scalars.ts'

/** A document as it was sent, and as each release stored it; one of the two is absent where it refused. */
export type Versions = Readonly<{ sent: Json | undefined; baseline: Json | undefined; candidate: Json | undefined }>

type Row = SideBySide['rows'][number]
type Known = Pick<RecordContext, 'meaning' | 'relation'>
/** How much a reader looks for a value to which nothing happened: what was sent before money, money before coding. */
type Weight = 'sent' | 'money' | 'coding' | 'none'
type Value = Row & Readonly<{ weight: Weight }>

/** More values of one invoice than this are counted. */
const ROWS = 60

/**
 * The values of a document in its own order: whatever differs, what was sent, what is money, coding, identity or state as
 * far as there is room. What differs is what the comparison found, so that the two can never tell different stories.
 */
export function valuesSideBySide(
  resource: string,
  versions: Versions,
  found: readonly Difference[],
  known: Known,
): Pick<SideBySide, 'rows' | 'alike' | 'notCompared' | 'more'> {
  const walk = new Walk(known, versions.baseline !== undefined && versions.candidate !== undefined)
  walk.value(resource, '', versions, '')
  const differing = new Map<string, Row[]>()
  for (const { at, sent, baseline, candidate } of found) {
    const row: Row = { pointer: at, sent, baseline, candidate, state: 'differs' }
    differing.set(at, [...(differing.get(at) ?? []), row])
  }
  const others = walk.values.filter(({ pointer }) => !differing.has(pointer))
  const wanted = WEIGHTS.flatMap((weight) => others.filter((value) => value.weight === weight))
  const room = Math.max(0, ROWS - found.length)
  const shown = new Map(wanted.slice(0, room).map((value) => [value.pointer, [rowOf(value)]]))
  const places = new Set([...walk.places, ...differing.keys()])
  const rows = [...places].flatMap((place) => differing.get(place) ?? shown.get(place) ?? [])
  const rest = others.filter(({ weight }) => weight === 'none')
  return {
    rows,
    alike: rest.filter(({ state }) => state === 'same').length,
    notCompared: rest.filter(({ state }) => state === 'not-compared').length,
    more: wanted.length - shown.size,
  }
}

const WEIGHTS: readonly Weight[] = ['sent', 'money', 'coding']

function rowOf({ pointer, sent, baseline, candidate, state }: Value): Row {
  return { pointer, sent, baseline, candidate, state }
}

/** Walks over the versions of a document at once; rows of lists are paired as the comparison pairs them. */
class Walk {
  readonly values: Value[] = []
  /** Every place in the order of the document, lists and rows included. */
  readonly places: string[] = []
  readonly #known: Known
  readonly #areBoth: boolean

  constructor(known: Known, areBoth: boolean) {
    this.#known = known
    this.#areBoth = areBoth
  }

  /** `resource` and `field` say what the value means; `at` is where it stands. */
  value(resource: string, field: string, { sent, baseline, candidate }: Versions, at: string): void {
    const [before, now] = [baseline, candidate]
    this.places.push(at)
    if (isJsonObject(before) || isJsonObject(now)) {
      const related = field === '' ? resource : (this.#known.relation(resource, field) ?? resource)
      const names = [before, now].flatMap((record) => (isJsonObject(record) ? Object.keys(record) : []))
      for (const name of [...new Set(names)].sort()) {
        const member = (record: Json | undefined) => (isJsonObject(record) ? record[name] : undefined)
        const versions = { sent: member(sent), baseline: member(before), candidate: member(now) }
        this.value(related, name, versions, `${at}/${name}`)
      }
    } else if (isJsonArray(before) || isJsonArray(now)) this.#list(resource, field, { sent, baseline, candidate }, at)
    else this.#leaf(resource, field, { sent, baseline, candidate }, at)
  }

  #list(resource: string, field: string, { sent, baseline, candidate }: Versions, at: string): void {
    const related = this.#known.relation(resource, field) ?? resource
    const rows = (value: Json | undefined) => (isJsonArray(value) ? value : [])
    const { pairs, lost, gained } = pairRows(
      rows(baseline),
      rows(candidate),
      (row) => identityOf(related, row, this.#known, true),
      likeness,
    )
    const all = [
      ...pairs.map(({ from, baseline: before, candidate: now }) => ({ index: from, before, now, isNew: false })),
      ...lost.map(({ index, row }) => ({ index, before: row, now: undefined, isNew: false })),
      ...gained.map(({ index, row }) => ({ index, before: undefined, now: row, isNew: true })),
    ]
    for (const { index, before, now, isNew } of all.sort((left, right) => left.index - right.index)) {
      // Nothing was sent for a row that is there in addition: at its place something else was sent.
      const given = isNew && isJsonArray(baseline) ? undefined : rows(sent)[index]
      this.value(resource, field, { sent: given, baseline: before, candidate: now }, `${at}/${index}`)
    }
  }

  #leaf(resource: string, field: string, { sent, baseline, candidate }: Versions, pointer: string): void {
    const meaning = this.#known.meaning(resource, field)
    const isSame = baseline !== undefined && candidate !== undefined && sameValue(baseline, candidate, meaning.class)
    const value = baseline ?? candidate
    // What only one release has, or assigns, tells nothing unless it was sent or is all that there is.
    const isOpen = meaning.assigned || isEmpty(value) || (this.#areBoth && !isSame)
    this.values.push({
      pointer,
      sent: textOf(sent),
      baseline: textOf(baseline),
      candidate: textOf(candidate),
      state: isSame ? 'same' : 'not-compared',
      weight: !isEmpty(sent) ? 'sent' : isOpen ? 'none' : weightOf(meaning.class, textOf(value)),
    })
  }
}

function weightOf(meaning: Difference['class'], text: string | null): Weight {
  if (meaning === 'amount') return /^-?[0.]*$/.test(text ?? '') ? 'none' : 'money'
  return ['coding', 'identity', 'state'].includes(meaning) ? 'coding' : 'none'
}
