import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

const WAIT_SECONDS = 1

export default defineFailure({
  title: 'The ERP asks to slow down: 429 with Retry-After, once.',
  description: 'A connector that does not wait is locked out; one that gives the invoice up leaves it unpaid.',
  pointer: '/retry-after',
  sparesOthers: true,
  asksToWaitMs: WAIT_SECONDS * 1000,
  begin: () => {
    let hasStruck = false
    return ({ operation, isVictim }) => {
      if (hasStruck || !isVictim || operation?.kind !== 'create') return PASS
      hasStruck = true
      const response = gatewayAnswer(429, 'Too Many Requests', { 'retry-after': String(WAIT_SECONDS) })
      return { do: 'answer', response }
    }
  },
})
