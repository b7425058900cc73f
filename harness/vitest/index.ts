import { beforeAll, describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import {
  type RehearsedChange,
  type RehearsedInvoice,
  type ReleaseSchema,
  recordedInvoices,
  rehearsedChange,
  releaseSchema,
  type SuiteOptions,
} from '../pipeline/suite.ts'

export type { ChangeAssessment, RehearsedChange, RehearsedInvoice, ReleaseSchema, SuiteOptions }

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** The verdict on a change request is `go`. */
    toBeGo: () => R
    /** The ERP stored every field of the invoice as it was sent. */
    toStoreWhatWasSent: () => R
    /** A request holds nothing that the release would refuse by its published schema. */
    toMatchErpSchema: (schema: ReleaseSchema) => R
  }
}

/** Rehearsing a recording takes longer than a unit test may. */
const REHEARSAL_MS = 300_000

/**
 * Makes a test of every recorded invoice of a change request, and one of the verdict. The rehearsal runs once, before them,
 * in this process and without the network unless a target is named; handlers of msw and nock are not touched by it.
 */
export function changeGate(changeFolder: string, options: SuiteOptions = {}): void {
  describe(`change-gate ${changeFolder}`, async () => {
    const { title, invoices } = await recordedInvoices(changeFolder, options)
    let rehearsed: RehearsedChange | undefined
    beforeAll(async () => {
      rehearsed = await rehearsedChange(changeFolder, options)
    }, REHEARSAL_MS)
    for (const key of invoices) {
      test(key, () => {
        const invoice = rehearsed?.invoices.get(key)
        if (invoice === undefined) throw new Error(`${key} was recorded and is not in the assessment.`)
        if (invoice.status !== 'passed') throw new Error(invoice.message)
      })
    }
    test(`${title}: the release may be installed`, () => {
      const assessment = rehearsed?.assessment
      if (assessment === undefined) throw new Error('There is no assessment.')
      if (assessment.verdict !== 'go' && assessment.verdict !== 'conditional') throw new Error(verdictText(assessment))
    })
  })
}

/** Rehearses a change request, for `toBeGo` and `toStoreWhatWasSent`. */
export function rehearse(changeFolder: string, options: SuiteOptions = {}): Promise<RehearsedChange> {
  return rehearsedChange(changeFolder, options)
}

/** Reads what a release takes from its snapshot, for `toMatchErpSchema`. */
export function erpSchema(snapshotFolder: string, scenario: string): Promise<ReleaseSchema> {
  return releaseSchema(snapshotFolder, scenario)
}

expect.extend({
  toBeGo: (assessment: ChangeAssessment) => ({
    pass: assessment.verdict === 'go',
    message: () => verdictText(assessment),
  }),
  toStoreWhatWasSent: (invoice: RehearsedInvoice) => ({
    pass: invoice.unlike !== undefined && invoice.unlike.length === 0,
    message: () =>
      invoice.unlike === undefined
        ? `${invoice.key}: nothing was stored. ${invoice.message}`
        : `${invoice.key}: ${invoice.unlike.length === 0 ? 'everything was stored as it was sent' : invoice.unlike.join('\n  ')}`,
  }),
  toMatchErpSchema: (request: Parameters<ReleaseSchema['faultsOf']>[0], schema: ReleaseSchema) => {
    const faults = schema.faultsOf(request)
    return {
      pass: faults.length === 0,
      message: () =>
        faults.length === 0 ? `${schema.title} takes this request` : `${schema.title}:\n  ${faults.join('\n  ')}`,
    }
  },
})

function verdictText({ change, verdict, reasons, conditions }: ChangeAssessment): string {
  return [
    `${verdict}: ${change.id} ${change.title}`,
    ...conditions.map((condition) => `condition: ${condition}`),
    ...reasons.map(({ code, text }) => `${code}: ${text}`),
  ].join('\n  ')
}
