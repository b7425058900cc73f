import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import { byKey } from '../base/on-demand.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { JsonSchema } from '../model/schema.ts'
import type { InvoiceObservation, Observation, OperationObservation } from '../ports/observation.ts'
import { compareRecords, type Meaning, relationsOf } from './records.ts'
import { textOf } from './scalars.ts'
import { compareStructure } from './structure/compare.ts'
import { compareValues as compareValuesOf } from './values.ts'

type Agreement = NonNullable<ChangeAssessment['evidence']['agreement']>

/**
 * Holds what the mocked API said against what a real ERP of the same release said: the schema, every listed value, every answer and
 * every stored value of every invoice. No field is left out; what the ERP assigns itself is compared by presence, as everywhere.
 */
export function agreementOf(
  mock: Observation,
  sandbox: Observation,
  documentResource: string,
  meaning: Meaning,
): Agreement {
  const disagreements: Agreement['disagreements'] = []
  let compared = 0
  const others = byKey(sandbox.invoices)
  const context = {
    meaning,
    relation: relationsOf(sandbox.schema),
    leaveOut: () => undefined,
    tellsMissingFields: true,
  }
  const compareValues = (invoice: string, stage: string, resource: string, left: Json, right: Json) => {
    compared += Math.max(leaves(left), leaves(right))
    const found = compareRecords(resource, asRecord(left), asRecord(right), undefined, '', {
      ...context,
      area: 'documents',
      stage,
      invoices: [invoice],
      seenBy: 'gate',
    })
    for (const difference of found) {
      disagreements.push({
        invoice,
        stage,
        resource: difference.resource,
        pointer: difference.at,
        mock: difference.baseline,
        sandbox: difference.candidate,
      })
    }
  }
  const compareOperations = (
    invoice: string,
    left: readonly OperationObservation[],
    right: readonly OperationObservation[],
  ) => {
    for (const [index, operation] of left.entries()) {
      const other = right[index]
      const [mine, theirs] = [operation.replayed, other?.replayed]
      compared += 1
      if (theirs === undefined || mine.state !== theirs.state || codeOf(mine) !== codeOf(theirs)) {
        disagreements.push({
          invoice,
          stage: operation.operation.name,
          resource: operation.operation.resource,
          pointer: '',
          mock: outcomeText(mine),
          sandbox: theirs === undefined ? null : outcomeText(theirs),
        })
      } else if (mine.state === 'accepted' && theirs.state === 'accepted') {
        compareValues(invoice, operation.operation.name, operation.operation.resource, mine.result, theirs.result)
      }
    }
  }
  // What is published must agree too: a finding that only one of them shows can come from the schema or a value list alone.
  for (const structure of compareStructure(mock.schema, sandbox.schema)) {
    disagreements.push({
      invoice: 'the schema',
      stage: structure.direction,
      resource: structure.resource,
      pointer: structure.pointer,
      mock: structure.old,
      sandbox: structure.new,
    })
  }
  compared += Object.values(mock.schema.resources).reduce((count, resource) => count + fieldsOf(resource.read), 0)
  const values = compareValuesOf(mock.values, sandbox.values, () => [], meaning)
  compared += Object.values(mock.values).reduce((count, list) => count + list.length, 0)
  for (const difference of values.differences) {
    disagreements.push({
      invoice: 'the value lists',
      stage: '',
      resource: difference.resource,
      pointer: difference.at + difference.pointer,
      mock: difference.baseline,
      sandbox: difference.candidate,
    })
  }
  compareOperations('every invoice', mock.shared, sandbox.shared)
  for (const invoice of mock.invoices) {
    const other: InvoiceObservation | undefined = others.get(invoice.key)
    compareOperations(invoice.key, invoice.operations, other?.operations ?? [])
    for (const stage of invoice.stages) {
      const theirs = other?.stages.find((candidate) => candidate.after === stage.after)
      compareValues(invoice.key, stage.after, documentResource, stage.document ?? {}, theirs?.document ?? {})
    }
  }
  return { compared, agreed: compared - disagreements.length, disagreements }
}

function fieldsOf(read: JsonSchema | undefined): number {
  const properties = typeof read === 'object' ? read.properties : undefined
  return typeof properties === 'object' && properties !== null ? Object.keys(properties).length : 0
}

function codeOf(answer: OperationObservation['replayed']): string {
  return 'code' in answer ? answer.code : ''
}

function outcomeText(answer: OperationObservation['replayed']): string {
  if (answer.state === 'accepted') return 'accepted'
  return 'code' in answer ? `${answer.state}: ${answer.code}` : `${answer.state}: ${answer.because}`
}

function asRecord(value: Json): Readonly<Record<string, Json>> {
  return isJsonObject(value) ? value : { result: value }
}

function leaves(value: Json): number {
  if (isJsonArray(value)) return value.reduce((count: number, item) => count + leaves(item), 0)
  if (isJsonObject(value)) return Object.values(value).reduce((count: number, member) => count + leaves(member), 0)
  return textOf(value) === null ? 0 : 1
}
