import { isJsonArray, isJsonObject, type Json } from '../../../base/json.ts'
import type { Snapshot } from '../../../model/snapshot.ts'
import type { Mutant } from '../../../ports/mutant.ts'
import { INVOICE } from '../operations.ts'
import { created, type Fits, finalOf, linesOf, recordsIn, refusals, textIn, userError, userWarning } from './edits.ts'

/** A release that refuses one operation on every invoice that fits; what came after it never happens. */
function refusedAt(after: string, error: Json, fits: Fits): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => ({
    ...snapshot,
    documents: snapshot.documents.map((document) => {
      const at = document.stages.findIndex((stage) => stage.after === after && stage.outcome === 'accepted')
      if (at < 0 || !fits(finalOf(document), document)) return document
      return { ...document, stages: [...document.stages.slice(0, at), { after, outcome: 'rejected', error }] }
    }),
  })
}

function loud(id: string, does: string, shownBy: string, release: (snapshot: Snapshot) => Snapshot): Mutant {
  return { id, class: 'loud', does, shownBy, release }
}

/** The release refuses what was accepted, warns where it was silent, or accepts what was refused. */
export const loudMutants: readonly Mutant[] = [
  loud(
    'credit-notes-refused',
    'A new rule refuses negative totals.',
    'a credit note',
    refusedAt('create', userError('The total of an invoice cannot be negative.'), (invoice) =>
      textIn(invoice.total_amount).startsWith('-'),
    ),
  ),
  loud(
    'free-lines-refused',
    'A new rule refuses lines without a price.',
    'a line whose unit price is zero',
    refusedAt('create', userError('The unit price must be greater than 0.'), (invoice) =>
      linesOf(invoice).some((line) => /^[0.]+$/.test(textIn(line.unit_price))),
    ),
  ),
  loud(
    'comment-required',
    'A new rule asks for a comment on invoices above 100,000.00.',
    'an invoice above 100,000.00 without a comment',
    refusedAt(
      'validate_invoice',
      userError('A comment is required.'),
      (invoice) => invoice.comment === '' && /^\d{6,}/.test(textIn(invoice.total_amount)),
    ),
  ),
  loud(
    'foreign-currency-refused',
    'Invoices in GBP are refused because there is no rate.',
    'an invoice in GBP',
    refusedAt(
      'validate_invoice',
      userError('No rate found for currency "GBP".'),
      (invoice) => invoice.currency === 'GBP',
    ),
  ),
  loud(
    'period-locked',
    'The period of November is locked.',
    'an invoice of November',
    refusedAt('post', userError('The period "2026-11" is locked.'), (invoice) =>
      textIn(invoice.invoice_date).startsWith('2026-11'),
    ),
  ),
  loud(
    'duplicate-refused',
    'A second invoice of a supplier with the same reference is refused.',
    'two invoices of one supplier with one reference',
    (snapshot) => {
      const seen = new Set<string>()
      return refusedAt('create', userError('This reference is already used.'), (invoice) => {
        const key = `${textIn(invoice.party)} ${textIn(invoice.reference)}`
        const again = seen.has(key)
        seen.add(key)
        return again
      })(snapshot)
    },
  ),
  loud(
    'warning-on-post',
    'Posting an invoice above 1,000,000.00 waits for an answer.',
    'an invoice above 1,000,000.00',
    refusedAt('post', userWarning('4711.invoice_large', 'The invoice is unusually large.'), (invoice) =>
      /^\d{7,}/.test(textIn(invoice.total_amount)),
    ),
  ),
  loud(
    'warning-on-create',
    'Creating an invoice without tax waits for an answer.',
    'an invoice without tax',
    refusedAt('create', userWarning('4712.invoice_tax', 'The invoice has no tax.'), (invoice) =>
      /^[0.]+$/.test(textIn(invoice.tax_amount)),
    ),
  ),
  loud(
    'cancelling-refused',
    'A posted invoice cannot be cancelled any more.',
    'an invoice that is cancelled after it was posted',
    refusedAt('cancel', userError('A posted invoice cannot be cancelled.'), () => true),
  ),
  loud(
    'one-invoice-in-the-recording-refused',
    'A rule that nobody knows of refuses a single invoice.',
    'any invoice',
    (snapshot) => {
      const middle = snapshot.documents[Math.floor(snapshot.documents.length / 2)]
      return refusedAt('post', userError('Not today.'), (_, document) => document.key === middle?.key)(snapshot)
    },
  ),
  loud(
    'refusal-lifted',
    'What was refused is accepted.',
    'an invoice that the release in production refuses',
    (snapshot) => {
      const model = snapshot.documents.find((document) => document.stages[0]?.outcome === 'accepted')
      return {
        ...snapshot,
        documents: snapshot.documents.map((document) =>
          document.stages[0]?.outcome === 'rejected' && model !== undefined
            ? { ...document, stages: model.stages.slice(0, 1) }
            : document,
        ),
      }
    },
  ),
  loud(
    'refusal-comes-later',
    'What was refused when it was created is refused when it is validated, so that a draft is left.',
    'an invoice that the release in production refuses',
    (snapshot) => {
      const model = snapshot.documents.find((document) => document.stages[0]?.outcome === 'accepted')
      const [first] = model?.stages ?? []
      return {
        ...snapshot,
        documents: snapshot.documents.map((document) => {
          const [refused] = document.stages
          return refused?.outcome === 'rejected' && first !== undefined
            ? { ...document, stages: [first, { ...refused, after: 'validate_invoice' }] }
            : document
        }),
      }
    },
  ),
  {
    id: 'long-description-refused',
    class: 'loud',
    does: 'Invoices with a long description are refused by an extension of the server.',
    shownBy: 'a description of more than 35 characters',
    wire: refusals((call) =>
      textIn(created(call, INVOICE)?.description).length > 35
        ? ['ValueError', ['The description is too long.', '', null]]
        : undefined,
    ),
  },
  {
    id: 'line-text-refused',
    class: 'loud',
    does: 'A dash in the text of a line is refused.',
    shownBy: 'a line whose text holds a dash',
    wire: refusals((call) => {
      const lines = created(call, INVOICE)?.lines
      const records = isJsonArray(lines) && isJsonArray(lines[0]) ? recordsIn(lines[0][1]) : []
      return records.some((line) => textIn(line.description).includes('–'))
        ? userError('The text holds a letter that is not allowed.')
        : undefined
    }),
  },
  {
    id: 'read-of-journal-entry-denied',
    class: 'loud',
    does: 'The user of the connector may not read journal entries any more.',
    shownBy: 'an invoice whose journal entry the connector reads',
    wire: refusals((call) =>
      call.method === 'model.account.move.read' && isJsonArray(call.params[1]) && call.params[1].length < 5
        ? userError('You are not allowed to access "Account Move".')
        : undefined,
    ),
  },
  {
    id: 'look-up-of-departments-denied',
    class: 'loud',
    does: 'The user of the connector may not search departments any more.',
    shownBy: 'a line with a department',
    wire: refusals((call) =>
      call.method === 'model.analytic_account.account.search_read' &&
      isJsonArray(call.params[0]) &&
      JSON.stringify(call.params[0]).includes('root.code')
        ? userError('You are not allowed to access "Analytic Account".')
        : undefined,
    ),
  },
  {
    id: 'success-that-is-an-error',
    class: 'loud',
    does: 'Posting is answered with HTTP 200 and an error beside a result.',
    shownBy: 'any posted invoice',
    wire: (virtual, acted) => ({
      unrecorded: () => virtual.unrecorded(),
      handle: (request) => {
        const answer = virtual.handle(request)
        const call = request.body !== undefined && 'json' in request.body ? request.body.json : undefined
        if (!isJsonObject(call) || call.method !== `model.${INVOICE}.post`) return answer
        acted()
        return {
          ...answer,
          body: { json: { id: call.id ?? null, result: null, error: userError('The document was not posted.') } },
        }
      },
    }),
  },
]
