import { expect } from 'vitest'
import { type Passing, passOn } from './fault-proxy.ts'
import { toldOfOthers } from './told.ts'

/** What of an assessment is looked at here. */
type Assessed = Parameters<typeof toldOfOthers>[0] &
  Readonly<{
    invoices: readonly Readonly<{ key: string; outcome: string }>[]
    accounting: Readonly<{ reconciles: boolean }>
  }>

const REFUSED = 'SUP-1008 RE-26-77390'

/** Refuses the create of one invoice as Tryton refuses, so that every id after it is another one. */
export async function refusing(passing: Passing): Promise<void> {
  const { body, method, outgoing } = passing
  if (!/invoice\.create$/.test(method) || !body.includes('RE-26-77390')) return passOn(passing)
  const id = Number(/"id":\s*(\d+)/.exec(body.toString('utf8'))?.[1])
  const error = ['UserError', ['The account is closed.', '', null]]
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id, error }))
}

/** What an assessment with the refused invoice says otherwise than one without, of it and of all others. */
export function toldAfterRefusal(before: Assessed, after: Assessed) {
  const outcomes = ({ invoices }: Assessed) => new Map(invoices.map(({ key, outcome }) => [key, outcome]))
  const [was, is] = [outcomes(before), outcomes(after)]
  const [then, now] = [toldOfOthers(before, [REFUSED]), toldOfOthers(after, [REFUSED])]
  const isSame = ([what, invoices]: readonly [string, readonly string[]]) => then.get(what)?.join() === invoices.join()
  const place = [...was.keys()].indexOf(REFUSED)
  return {
    /** Whether there are invoices on both sides of it. */
    isInTheMiddle: place > 3 && place < was.size - 3,
    outcomes: [...is].filter(([key, outcome]) => was.get(key) !== outcome),
    told: [...now].filter((told) => !isSame(told)),
    /** What was said of another invoice and is left unsaid. */
    unsaid: [...then].filter(([what, invoices]) => invoices.length > 0 && !now.has(what)),
    reconciles: after.accounting.reconciles,
  }
}

/** What must be said otherwise, and nothing else. */
export const TOLD_AFTER_REFUSAL = {
  isInTheMiddle: true,
  outcomes: [[REFUSED, 'refused']],
  told: [[expect.stringMatching(/^invoice-refused account\.invoice\/create .*UserError/), []]],
  unsaid: [],
  reconciles: true,
}
