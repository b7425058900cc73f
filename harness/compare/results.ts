import type { Difference } from '../model/difference.ts'
import type { Held, Reported, ReportedInvoice } from '../ports/connector.ts'

/**
 * Holds what the connector reported against what the ERP holds and against what the release in production reported. An
 * invoice of which nothing is reported is told as such: silence is how a lost invoice stays lost.
 */
export function compareResults(invoices: readonly ReportedInvoice[]): readonly Difference[] {
  return invoices.flatMap((invoice): Difference[] => {
    const { key, held, reported, recorded } = invoice
    if (reported === undefined) {
      return [difference(key, { kind: 'absent', pointer: '', baseline: recorded ?? TRUTH[held], candidate: null })]
    }
    const found: Difference[] = []
    if (!isTrue(invoice)) {
      found.push(
        difference(key, { kind: 'changed-state', pointer: '/held', baseline: TRUTH[held], candidate: said(reported) }),
      )
    }
    if (recorded !== undefined && recorded !== reported.status) {
      found.push(
        difference(key, { kind: 'coerced', pointer: '/status', baseline: recorded, candidate: reported.status }),
      )
    }
    if (invoice.hasMessages && reported.claim !== 'exported' && reported.message === '') {
      found.push(difference(key, { kind: 'absent', pointer: '/message', baseline: 'a message', candidate: null }))
    }
    return found
  })
}

/** How what the ERP holds is written for people. */
export const TRUTH: Readonly<Record<Held, string>> = {
  booked: 'the ERP has booked it',
  unfinished: 'the ERP holds it, not booked',
  nothing: 'the ERP holds nothing of it',
  several: 'the ERP holds it more than once',
}

/** Whether a claim is what the ERP holds; one who says that he does not know says nothing wrong. */
export function isTrue({ held, wasThere, reported }: Pick<ReportedInvoice, 'held' | 'wasThere' | 'reported'>): boolean {
  switch (reported?.claim) {
    case 'exported':
      return held === 'booked'
    case 'not-exported':
      return held === 'nothing'
    case 'already-there':
      return wasThere
    case 'unsure':
      return true
    default:
      return false
  }
}

function said({ status, claim }: Reported): string {
  return claim === 'unknown-status' ? `${status} (no status that integration.yaml knows)` : `${status} (${claim})`
}

function difference(
  invoice: string,
  found: Pick<Difference, 'kind' | 'pointer' | 'baseline' | 'candidate'>,
): Difference {
  return {
    area: 'results',
    class: 'state',
    loudness: 'silent',
    resource: 'result',
    at: '',
    stage: '',
    sent: null,
    invoices: [invoice],
    seenBy: 'connector',
    ...found,
  }
}
