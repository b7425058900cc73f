import { isJsonArray, isJsonObject, type Json, sameJson } from '../base/json.ts'
import { keptText } from '../base/json-parts.ts'
import { byKey } from '../base/on-demand.ts'
import type { SideBySide } from '../model/assessment.ts'
import type { Difference } from '../model/difference.ts'
import { LEFT_OUT_AS_NOISE, type NoiseRule } from '../model/noise.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, StoredDocument } from '../model/snapshot.ts'
import type { InvoiceObservation, Observation, OperationObservation } from '../ports/observation.ts'
import { aligned, alignmentOf } from './alignment.ts'
import { withoutNoise } from './noise.ts'
import { ASSIGNED, compareRecords, type Meaning, type RecordContext, relationsOf } from './records.ts'
import { assignedAlone } from './same-text.ts'
import { valuesSideBySide } from './side-by-side.ts'

/** What a comparison of documents found, and what it could not compare. */
export type DocumentComparison = Readonly<{
  documents: readonly Difference[]
  interactions: readonly Difference[]
  /** Invoices of which the ERP's own search finds more or fewer documents than were created. */
  copies: readonly Difference[]
  /** Noise rules that left nothing out. */
  unmatchedNoise: readonly Difference[]
  /** What was left out, by reason, with how often. */
  leftOut: ReadonlyMap<string, number>
  /** Keys of invoices whose stored document could not be compared, with the reason. */
  uncompared: ReadonlyMap<string, string>
}>

/** What a comparison of documents is made with. */
type Options = Readonly<{
  observation: Observation
  baseline: readonly StoredDocument[]
  baselineSchema: ErpSchema
  documentResource: string
  meaning: (resource: string, field: string, schema: ErpSchema) => ReturnType<Meaning>
  /** The tolerance that the policy states for the currency of an invoice. */
  toleranceOf?: (invoice: string) => string | undefined
  /** What is known to differ between two replays against the baseline itself. */
  noise?: readonly NoiseRule[]
  /** Periods that are closed in the target, so that dates were moved out of them: which look-up finds them says nothing. */
  movedOutOf?: Readonly<{ list: string; codes: ReadonlySet<string> }>
}>

/**
 * Compares what the connector was answered then and now, and what the baseline stored with what the candidate stored,
 * invoice by invoice, stage by stage. A missing baseline document is told, never taken for agreement.
 */
export function compareDocuments(options: Options): DocumentComparison {
  const comparing = new ComparingDocuments(options)
  for (const invoice of options.observation.invoices) comparing.add(invoice)
  return comparing.result()
}

/** A comparison that is given one invoice after the other and keeps of each only what differs. */
export class ComparingDocuments {
  readonly #options: Options
  readonly #shared: Omit<RecordContext, 'area' | 'stage' | 'invoices' | 'seenBy'>
  readonly #stored: Readonly<{ get: (key: string) => StoredDocument | undefined }>
  readonly #lookups: readonly DifferentLookup[]
  readonly #sent: string[] = []
  readonly #documents: Difference[] = []
  readonly #interactions: Difference[] = []
  readonly #leftOut = new Map<string, number>()
  readonly #uncompared = new Map<string, string>()

  constructor(options: Options) {
    const { observation, baselineSchema, movedOutOf } = options
    this.#options = options
    const relationBefore = relationsOf(baselineSchema)
    const relationNow = relationsOf(observation.schema)
    this.#shared = {
      meaning: remembered((resource, field) => options.meaning(resource, field, baselineSchema)),
      relation: (resource, field) => relationBefore(resource, field) ?? relationNow(resource, field),
      publishes: { baseline: publishedBy(baselineSchema), candidate: publishedBy(observation.schema) },
      leaveOut: (reason) => this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1),
    }
    this.#stored = byKey(options.baseline)
    const isCompared = (operation: OperationObservation, row: Json) => {
      const { kind, resource } = operation.operation
      if (kind !== 'lookup' || resource !== movedOutOf?.list || !isJsonObject(row)) return true
      return typeof row.id !== 'string' || !movedOutOf.codes.has(row.id)
    }
    this.#lookups = observation.shared.flatMap((operation) => {
      const differences = compareAnswers(withRows(operation, isCompared), {
        ...this.#shared,
        area: 'interactions',
        stage: '',
        invoices: [],
        seenBy: 'connector',
      })
      return differences.length === 0 ? [] : [{ differences, names: namesOf(operation), users: [] }]
    })
  }

  add(invoice: InvoiceObservation): void {
    // What was sent may be parsed when it is asked for, so it is asked for only where something depends on it.
    const isSent = Object.hasOwn(invoice, 'sent')
    if (isSent) {
      this.#sent.push(invoice.key)
      for (const { names, users } of this.#lookups) {
        if (mentionsAny(invoice.sent ?? null, names)) users.push(invoice.key)
      }
    }
    if (invoice.unproven !== undefined) {
      this.#uncompared.set(invoice.key, invoice.unproven)
      return
    }
    const tolerance = this.#options.toleranceOf?.(invoice.key)
    const context = { ...this.#shared, invoices: [invoice.key], ...(tolerance === undefined ? {} : { tolerance }) }
    const writes: Difference[] = []
    let stage = ''
    for (const operation of invoice.operations) {
      if (isWrite(operation)) stage = methodOf(operation)
      const found = compareAnswers(operation, { ...context, area: 'interactions', stage, seenBy: 'connector' })
      if (isWrite(operation)) writes.push(...found)
      else this.#interactions.push(...found)
    }
    this.#documents.push(...writes)
    if (isSent) this.#compareStages(invoice, writes, context)
  }

  #compareStages(
    invoice: InvoiceObservation,
    writes: readonly Difference[],
    context: Omit<RecordContext, 'area' | 'stage' | 'seenBy'>,
  ): void {
    const { documentResource } = this.#options
    const uncompared = this.#uncompared
    const before = this.#stored.get(invoice.key)
    if (before === undefined) {
      uncompared.set(invoice.key, 'the baseline snapshot has no document of this invoice')
      return
    }
    if (this.#isUnchanged(before, invoice)) return
    for (const [index, now] of invoice.stages.entries()) {
      if (now.outcome !== 'accepted') continue
      // An operation can be done more than once, such as a correction: the second is compared with the second.
      const then = sameStage(before.stages, invoice.stages, index)
      if (then?.outcome !== 'accepted') {
        const isNew = writes.some(({ kind, stage: at }) => kind === 'accepted' && at === now.after)
        if (!isNew) uncompared.set(invoice.key, `the baseline snapshot has no document after ${now.after}`)
        continue
      }
      if (!isJsonObject(then.document) || !isJsonObject(now.document)) {
        uncompared.set(invoice.key, `the document after ${now.after} was not read back`)
        continue
      }
      if (sameJson(then.document, now.document)) continue
      const alignment = alignmentOf(documentResource, then.document, now.document, this.#shared)
      const document = aligned(now.document, alignment)
      this.#documents.push(
        ...compareRecords(
          documentResource,
          then.document,
          isJsonObject(document) ? document : now.document,
          invoice.sent,
          '',
          {
            ...context,
            area: 'documents',
            stage: now.after,
            seenBy: 'gate',
          },
        ),
      )
    }
    const missed = before.stages.findLast(
      (then, index) => then.outcome === 'accepted' && sameStage(invoice.stages, before.stages, index) === undefined,
    )
    if (missed !== undefined && !writes.some(({ kind }) => kind === 'refused')) {
      uncompared.set(invoice.key, `the document after ${missed.after} was not read back`)
    }
  }

  /** Whether the texts of the documents show that nothing differs that is told; what the ERP assigns is counted. */
  #isUnchanged(before: StoredDocument, invoice: InvoiceObservation): boolean {
    const [then, now] = [keptText(before), keptText(invoice)]
    if (then === undefined || now === undefined) return false
    const assigned = assignedAlone(this.#options.documentResource, then, now, this.#shared)
    for (let count = 0; count < (assigned ?? 0); count++) this.#shared.leaveOut(ASSIGNED)
    return assigned !== undefined
  }

  /**
   * One invoice value by value: the last document in which the releases differ, else the last that both stored, else that of
   * the one that did not refuse it. `keep` leaves out what the policy tolerates.
   */
  sideBySide(invoice: InvoiceObservation, keep: (found: readonly Difference[]) => readonly Difference[]): SideBySide {
    const { documentResource, noise = [] } = this.#options
    const before = this.#stored.get(invoice.key)?.stages ?? []
    const contextAfter = (stage: string): RecordContext => ({
      ...this.#shared,
      leaveOut: () => {},
      ...{ area: 'documents', stage, invoices: [invoice.key], seenBy: 'gate' },
    })
    const both = invoice.stages.flatMap(({ after, document: next }, index) => {
      const old = sameStage(before, invoice.stages, index)?.document
      if (!isJsonObject(old) || !isJsonObject(next)) return []
      const candidate = aligned(next, alignmentOf(documentResource, old, next, this.#shared))
      const found = isJsonObject(candidate)
        ? compareRecords(documentResource, old, candidate, invoice.sent, '', contextAfter(after))
        : []
      return [{ after, baseline: old, candidate, found: keep(withoutNoise(found, noise).differences) }]
    })
    const shown = both.findLast(({ found }) => found.length > 0) ?? both.at(-1)
    const [then, now] = [before, invoice.stages].map((stages) =>
      stages.findLast(({ document }) => isJsonObject(document)),
    )
    const after = shown?.after ?? (now ?? then)?.after ?? ''
    const { baseline, candidate, found } = shown ?? { baseline: then?.document, candidate: now?.document, found: [] }
    return {
      invoice: invoice.key,
      stage: after,
      stages: both.map((stage) => ({ after: stage.after, differences: stage.found.length })),
      refused: refusalOf(invoice),
      ...valuesSideBySide(documentResource, { sent: invoice.sent, baseline, candidate }, found, this.#shared),
    }
  }

  result(): DocumentComparison {
    const { observation, documentResource, noise: rules = [] } = this.#options
    const copies = observation.copies
      .filter(({ expected, found }) => expected !== found)
      .map(
        ({ invoices, expected, found }): Difference => ({
          area: 'documents',
          kind: found > expected ? 'extra' : 'absent',
          class: 'identity',
          loudness: 'silent',
          resource: documentResource,
          pointer: '',
          at: '',
          stage: '',
          baseline: String(expected),
          candidate: String(found),
          sent: null,
          invoices: [...invoices],
          seenBy: 'gate',
        }),
      )
    const lookups = this.#lookups.flatMap(({ differences, users }) =>
      // What is no matter of single records, such as the open periods, concerns every invoice that was sent.
      differences.map((difference) => ({ ...difference, invoices: users.length > 0 ? [...users] : [...this.#sent] })),
    )
    const documents = withoutNoise(this.#documents, rules)
    const interactions = withoutNoise([...lookups, ...this.#interactions], rules)
    const leftOut = new Map(this.#leftOut)
    const unmatchedNoise: Difference[] = []
    for (const [index, rule] of rules.entries()) {
      const count = (documents.counts[index] ?? 0) + (interactions.counts[index] ?? 0)
      if (count > 0)
        leftOut.set(`${LEFT_OUT_AS_NOISE}${rule.resource} ${rule.pointer} (${rule.kind}): ${rule.reason}`, count)
      else unmatchedNoise.push(asDifference(rule))
    }
    return {
      documents: documents.differences,
      interactions: interactions.differences,
      copies,
      unmatchedNoise,
      leftOut,
      uncompared: this.#uncompared,
    }
  }
}

/** A look-up that is answered otherwise, the names of what it found then and now, and the invoices that use one of them. */
type DifferentLookup = Readonly<{ differences: readonly Difference[]; names: ReadonlySet<string>; users: string[] }>

function asDifference({ resource, pointer, kind, reason }: NoiseRule): Difference {
  return {
    area: 'documents',
    kind,
    class: 'text',
    loudness: 'silent',
    resource,
    pointer,
    at: '',
    stage: '',
    baseline: reason,
    candidate: null,
    sent: null,
    invoices: [],
    seenBy: 'gate',
  }
}

/** Fields are few and asked for again with every invoice. */
function remembered(meaning: Meaning): Meaning {
  const known = new Map<string, Map<string, ReturnType<Meaning>>>()
  return (resource, field) => {
    const fields = known.get(resource) ?? new Map<string, ReturnType<Meaning>>()
    const found = fields.get(field) ?? meaning(resource, field)
    known.set(resource, fields.set(field, found))
    return found
  }
}

/** The stage of the other side that is the same operation on the document, the second post being no first one. */
export function sameStage(
  others: readonly DocumentStage[],
  own: readonly DocumentStage[],
  index: number,
): DocumentStage | undefined {
  const after = own[index]?.after
  const nth = own.slice(0, index).filter((stage) => stage.after === after).length
  return others.filter((stage) => stage.after === after)[nth]
}

/** Reads from a published schema whether it has a field to read. */
function publishedBy(schema: ErpSchema): (resource: string, field: string) => boolean {
  return (resource, field) => {
    const read = schema.resources[resource]?.read
    const properties = typeof read === 'object' ? read.properties : undefined
    return typeof properties === 'object' && properties !== null && Object.hasOwn(properties, field)
  }
}

function compareAnswers(operation: OperationObservation, context: RecordContext): readonly Difference[] {
  const { recorded, replayed } = operation
  const { resource } = operation.operation
  const method = methodOf(operation)
  const whole = (kind: 'refused' | 'accepted' | 'coerced', isLoud: boolean): Difference => ({
    area: context.area === 'interactions' && isWrite(operation) ? 'documents' : context.area,
    kind,
    class: kind === 'coerced' ? 'text' : 'state',
    loudness: isLoud ? 'loud' : 'silent',
    resource,
    pointer: `/${method}`,
    at: '',
    stage: context.stage,
    baseline: answerText(recorded),
    candidate: answerText(replayed),
    sent: null,
    invoices: [...context.invoices],
    seenBy: 'connector',
  })
  if (replayed.state === 'not-reached' || replayed.state === 'fault') return []
  if (replayed.state === 'unresolved')
    return [{ ...whole('refused', true), class: 'coding', candidate: replayed.because }]
  if (recorded.state === 'accepted' && replayed.state === 'accepted') {
    return compareResults(operation, recorded.result, replayed.result, context)
  }
  if (recorded.state === 'accepted') return [whole('refused', true)]
  if (replayed.state === 'accepted') return [whole('accepted', true)]
  return answerText(recorded) === answerText(replayed) ? [] : [whole('coerced', true)]
}

/** An operation with some of the rows that it was answered. */
function withRows(
  operation: OperationObservation,
  isWanted: (operation: OperationObservation, row: Json) => boolean,
): OperationObservation {
  const some = <Answer extends OperationObservation['replayed']>(answer: Answer): Answer =>
    answer.state === 'accepted' && isJsonArray(answer.result)
      ? { ...answer, result: answer.result.filter((row) => isWanted(operation, row)) }
      : answer
  return { ...operation, recorded: some(operation.recorded), replayed: some(operation.replayed) }
}

function compareResults(
  operation: OperationObservation,
  recorded: Json,
  replayed: Json,
  context: RecordContext,
): readonly Difference[] {
  const { resource, kind } = operation.operation
  // What a look-up finds decides how an invoice is coded; what a search for the invoice finds, whether it is one.
  const found = kind === 'lookup' ? 'coding' : 'identity'
  const meaning: Meaning = (owner, field) => {
    const isAnswer = field === 'found' || field === 'result' || (field === 'id' && kind === 'lookup')
    return isAnswer ? { class: found, assigned: false } : context.meaning(owner, field)
  }
  if (isJsonArray(recorded) && isJsonArray(replayed)) {
    const differences = compareRecords(resource, { found: recorded }, { found: replayed }, undefined, '', {
      ...context,
      // The list that a search answers holds records of the searched resource.
      relation: (owner, field) => (field === 'found' ? resource : context.relation(owner, field)),
      meaning,
    })
    return differences.map((difference) =>
      difference.pointer === '/found' && kind !== 'lookup' && difference.kind !== 'reordered'
        ? { ...difference, class: found }
        : difference,
    )
  }
  const isRecord = isJsonObject(recorded) && isJsonObject(replayed)
  return compareRecords(resource, asRecord(recorded), asRecord(replayed), undefined, '', {
    ...context,
    meaning: isRecord ? context.meaning : meaning,
  })
}

/** The first write that one release took and the other did not. */
function refusalOf({ operations }: InvoiceObservation): SideBySide['refused'] {
  const refused = (answer: OperationObservation['replayed']) =>
    answer.state !== 'accepted' && answer.state !== 'not-reached'
  for (const operation of operations) {
    const { recorded, replayed } = operation
    if (!isWrite(operation) || refused(recorded) === refused(replayed)) continue
    const isCandidate = refused(replayed)
    return {
      by: isCandidate ? 'candidate' : 'baseline',
      stage: methodOf(operation),
      said: answerText(isCandidate ? replayed : recorded),
    }
  }
  return null
}

function asRecord(value: Json): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : { result: value }
}

function namesOf(operation: OperationObservation): ReadonlySet<string> {
  return new Set([...namesIn(operation.recorded), ...namesIn(operation.replayed)])
}

function namesIn(answer: OperationObservation['replayed']): readonly string[] {
  if (answer.state !== 'accepted' || !isJsonArray(answer.result)) return []
  return answer.result.flatMap((row) =>
    isJsonObject(row) && typeof row.id === 'string' ? [row.id] : typeof row === 'string' ? [row] : [],
  )
}

function mentionsAny(value: Json, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return names.has(value)
  if (isJsonArray(value)) return value.some((item) => mentionsAny(item, names))
  return isJsonObject(value) && Object.values(value).some((member) => mentionsAny(member, names))
}

function answerText(answer: OperationObservation['replayed']): string {
  switch (answer.state) {
    case 'accepted':
      return 'accepted'
    case 'rejected':
    case 'needs-ack':
    case 'fault':
      return `${answer.code}: ${answer.message}`
    default:
      return answer.because
  }
}

function methodOf(operation: OperationObservation): string {
  return operation.operation.name.slice(operation.operation.name.lastIndexOf('.') + 1)
}

function isWrite(operation: OperationObservation): boolean {
  return ['create', 'transition', 'remove'].includes(operation.operation.kind)
}
