import { sum } from '../../base/decimal.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, jsonNumber } from '../../base/json.ts'
import { tokensOf, valueAt, withValues } from '../../base/pointer.ts'
import type { DocumentStage, Snapshot } from '../../model/snapshot.ts'
import type { Mutant } from '../../ports/mutant.ts'
import { membersOf, textOf, valuesAt } from './places.ts'
import type { RestErp } from './routes.ts'

/** A stored document after an operation, changed; `undefined` leaves it as it is. */
type Edit = (document: Json, stage: DocumentStage, snapshot: Snapshot) => Json | undefined

/** Defects that any configured ERP could have, made of its configuration: each dimension lost or changed, each amount, each state. */
export function restMutants(erp: RestErp): readonly Mutant[] {
  const { document, fields } = erp.api
  const { lines, totals } = document
  const places = [...erp.coding.keys()]
  const listOf = (place: string) => `${tokensOf(place).at(-1)} of ${erp.fieldAt(place).resource}`
  return [
    ...places.flatMap((place): Mutant[] => [
      silent(
        `${slug(place)}-lost`,
        `Accepts an invoice and stores it without its ${listOf(place)}.`,
        `an invoice with ${place}`,
        (stored) => replaced(stored, place, () => undefined),
      ),
      silent(
        `${slug(place)}-changed`,
        `Accepts an invoice and stores another ${listOf(place)}.`,
        `an invoice with ${place}`,
        (stored, _, snapshot) => replaced(stored, place, (value) => otherCode(erp, place, textOf(value), snapshot)),
      ),
    ]),
    ...Object.entries(totals).map(([name, place]) =>
      silent(`${name}-off-by-one`, `Stores a ${name} total that is one unit higher.`, 'any invoice', (stored) =>
        replaced(stored, place, oneMore),
      ),
    ),
    silent('quantity-changed', 'Stores one piece more on every line.', 'any invoice', (stored) =>
      replaced(stored, `${lines.at}/*${lines.quantity}`, oneMore),
    ),
    silent('last-line-lost', 'Stores an invoice without its last line.', 'an invoice with two lines', (stored) => {
      const rows = valueAt(stored, lines.at)
      return isJsonArray(rows) && rows.length > 1
        ? withValues(stored, new Map([[`${lines.at}/${rows.length - 1}`, undefined]]))
        : undefined
    }),
    silent('reference-changed', 'Stores another reference than was sent.', 'any invoice', (stored) =>
      replaced(stored, document.reference, (value) => `${textOf(value)}X`),
    ),
    silent('date-changed', 'Stores the first of January as the date of an invoice.', 'any invoice', (stored) =>
      replaced(stored, document.date, (value) => (textOf(value) === '2026-01-01' ? '2026-01-02' : '2026-01-01')),
    ),
    silent(
      'left-in-draft',
      'Says yes to posting and leaves the document a draft.',
      'a posted invoice',
      (stored, stage) =>
        stage.after === 'post' ? replaced(stored, document.state, () => document.states.draft) : undefined,
    ),
    {
      id: 'create-refused',
      class: 'loud',
      does: 'Refuses one invoice that it accepted.',
      shownBy: 'any invoice',
      release: (snapshot) => {
        const index = snapshot.documents.findIndex(({ stages: [first] }) => first?.outcome === 'accepted')
        return {
          ...snapshot,
          documents: snapshot.documents.map((stored, at) =>
            at === index ? { ...stored, stages: [{ after: 'create', outcome: 'rejected', error: REFUSAL }] } : stored,
          ),
        }
      },
    },
    ...[...new Set([...erp.coding.values()].map(({ list }) => list))].flatMap((list): Mutant[] => [
      {
        id: `${list}-value-removed`,
        class: 'structure',
        does: `Takes a value that is used out of ${list}.`,
        shownBy: `an invoice that names a value of ${list}`,
        release: (snapshot) => withoutUsed(erp, snapshot, list),
      },
    ]),
    ...[...(document.number === undefined ? [] : [document.number]), ...fields.assigned].map(
      (place): Mutant => ({
        id: `${slug(place)}-assigned-otherwise`,
        class: 'benign',
        does: `Fills ${listOf(place)} with another value.`,
        shownBy: 'any invoice',
        release: (snapshot) =>
          edited(snapshot, (stored) =>
            replaced(stored, place, (value) => (textOf(value) === '' ? value : `${textOf(value)}9`)),
          ),
      }),
    ),
    {
      id: 'amounts-with-more-digits',
      class: 'benign',
      does: 'Writes amounts with one more zero behind the point.',
      shownBy: 'any invoice',
      release: (snapshot) => edited(snapshot, (stored) => replaced(stored, totals.gross, withZero)),
    },
  ]
}

const REFUSAL = { status: jsonNumber(422), body: null }

function silent(id: string, does: string, shownBy: string, edit: Edit): Mutant {
  return { id, class: 'silent', does, shownBy, release: (snapshot) => edited(snapshot, edit) }
}

/** A release that stores the recorded documents otherwise. */
function edited(snapshot: Snapshot, edit: Edit): Snapshot {
  const documents = snapshot.documents.map((stored) => {
    const stages = stored.stages.map((stage) => {
      const next = stage.document === undefined ? undefined : edit(stage.document, stage, snapshot)
      return next === undefined ? stage : { ...stage, document: next }
    })
    return stages.every((stage, index) => stage === stored.stages[index]) ? stored : { ...stored, stages }
  })
  return { ...snapshot, documents }
}

/** The document with every value at a place replaced; `undefined` when it has none there or nothing changes. */
function replaced(document: Json, place: string, next: (value: Json) => Json | undefined): Json | undefined {
  const changes = membersOf(document)
    .filter((member) => member.place === place && member.value !== null)
    .map(({ at, value }) => [at, next(value), value] as const)
    .filter(([, after, before]) => after !== before)
  return changes.length === 0 ? undefined : withValues(document, new Map(changes.map(([at, after]) => [at, after])))
}

function oneMore(value: Json): Json {
  const more = sum([textOf(value) || '0', '1'])
  return isJsonNumber(value) ? jsonNumber(more) : more
}

function withZero(value: Json): Json {
  const text = textOf(value)
  const longer = text.includes('.') ? `${text}0` : `${text}.0`
  return isJsonNumber(value) ? jsonNumber(longer) : longer
}

/** Another active code of the list; documents of a snapshot hold codes, whatever goes over the wire. */
function otherCode(erp: RestErp, place: string, code: string, snapshot: Snapshot): Json | undefined {
  const list = erp.coding.get(place)?.list ?? ''
  return snapshot.values[list]?.find((row) => row.active && row.code !== code)?.code ?? code
}

function withoutUsed(erp: RestErp, snapshot: Snapshot, list: string): Snapshot {
  const places = [...erp.coding].flatMap(([place, coding]) => (coding.list === list ? [place] : []))
  const used = snapshot.documents
    .flatMap(({ stages }) => stages)
    .flatMap(({ document }) => (isJsonObject(document) ? places.flatMap((place) => valuesAt(document, place)) : []))
    .map(textOf)
  const gone = snapshot.values[list]?.find((row) => used.includes(row.code))
  if (gone === undefined) return snapshot
  const rows = (snapshot.values[list] ?? []).filter((row) => row !== gone)
  return { ...snapshot, values: { ...snapshot.values, [list]: rows } }
}

/** A place as a part of an id: `/lines/*` + `/costCenter` is `lines-cost-center`. */
function slug(place: string): string {
  return tokensOf(place)
    .filter((token) => token !== '*')
    .map((token) =>
      token
        .replace(/([a-z])([A-Z])/g, '$1-$2')
        .replace(/[^A-Za-z0-9]+/g, '-')
        .toLowerCase(),
    )
    .join('-')
}
