import { expect, test } from 'vitest'
import type { Held, Reported, ReportedInvoice } from '../ports/connector.ts'
import { type FailureSeen, judgeFailure } from './failing.ts'

const VICTIM = 'S-104 RE-2026-0815'
const OTHER = 'S-107 88-12'

const says = (status: string, claim: Reported['claim'], message = 'HTTP 504'): Reported => ({
  invoice: 'AP-1',
  status,
  claim,
  message,
})
const invoice = (key: string, held: Held, reported: Reported | undefined): ReportedInvoice => ({
  key,
  held,
  wasThere: false,
  reported,
  recorded: undefined,
  hasMessages: true,
})
const GOOD = invoice(OTHER, 'booked', says('posted', 'exported', ''))

/** What is said when the answer to one invoice is lost. */
const judged = (victim: ReportedInvoice, over: Partial<FailureSeen> = {}) =>
  judgeFailure({
    failure: 'answer-lost-at-create',
    pointer: '/reference',
    victim: VICTIM,
    sparesOthers: true,
    invoices: [GOOD, victim],
    untold: [VICTIM],
    createdBlindly: false,
    altered: false,
    hurried: undefined,
    endless: undefined,
    ...over,
  }).map(({ resource, invoices, at }) => `${resource} ${invoices.join()} ${at}`)

const said = (code: string, key = VICTIM) => `${code} ${key} /answer-lost-at-create/reference`

test.each<[string, ReportedInvoice, readonly string[]]>([
  ['it looked, found it and went on', invoice(VICTIM, 'booked', says('posted', 'exported', '')), []],
  ['it gave up and took the draft back', invoice(VICTIM, 'nothing', says('rejected', 'not-exported')), []],
  ['it says that somebody must look', invoice(VICTIM, 'unfinished', says('unconfirmed', 'unsure')), []],
  ['nothing is reported', invoice(VICTIM, 'unfinished', undefined), [said('result')]],
  [
    'it says posted, and a draft is there',
    invoice(VICTIM, 'unfinished', says('posted', 'exported', '')),
    [said('claim')],
  ],
  [
    'it says rejected, and a draft is there',
    invoice(VICTIM, 'unfinished', says('rejected', 'not-exported')),
    [said('claim')],
  ],
  ['it says rejected, and it is booked', invoice(VICTIM, 'booked', says('rejected', 'not-exported')), [said('claim')]],
  ['it says rejected, and not why', invoice(VICTIM, 'nothing', says('rejected', 'not-exported', '')), [said('reason')]],
  ['it is there twice', invoice(VICTIM, 'several', says('posted', 'exported', '')), [said('document')]],
  ['it reports a status that nobody knows', invoice(VICTIM, 'booked', says('done', 'unknown-status')), [said('claim')]],
])('%s', (_, victim, expected) => {
  expect(judged(victim)).toEqual(expected)
})

const handled = invoice(VICTIM, 'nothing', says('rejected', 'not-exported'))

test.each<[string, Partial<FailureSeen>, readonly string[]]>([
  ['created again without a look', { createdBlindly: true }, [said('second-attempt')]],
  ['left the refused line out', { altered: true }, [said('content')]],
  ['asked again at once', { hurried: { afterMs: 3, askedMs: 1000 } }, [said('pause')]],
  ['never ended', { endless: 'out-of-time after 120 s' }, [said('end')]],
  [
    'left another invoice out',
    { invoices: [handled, invoice(OTHER, 'nothing', says('not-sent', 'not-exported'))] },
    [said('batch', OTHER)],
  ],
  [
    'left another invoice unfinished and says that somebody must look',
    { invoices: [handled, invoice(OTHER, 'unfinished', says('unconfirmed', 'unsure'))] },
    [said('claim', OTHER), said('batch', OTHER)],
  ],
  [
    'says of every invoice that somebody must look, when the ERP told what became of each',
    {
      invoices: [
        invoice(VICTIM, 'nothing', says('unconfirmed', 'unsure')),
        invoice(OTHER, 'booked', says('unconfirmed', 'unsure')),
      ],
      untold: [],
    },
    [said('claim'), said('claim', OTHER)],
  ],
  [
    'left another invoice out, when nothing could be exported',
    { sparesOthers: false, invoices: [handled, invoice(OTHER, 'nothing', says('not-sent', 'not-exported'))] },
    [],
  ],
])('a connector that %s', (_, over, expected) => {
  expect(judged(handled, over)).toEqual(expected)
})
