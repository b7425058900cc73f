import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'A gateway gives up (504) after the ERP has booked the invoice.',
  description:
    'The invoice is booked. A connector that reports it as refused has it exported again by whoever reads that.',
  pointer: '/state',
  sparesOthers: false,
  begin: () => {
    let hasStruck = false
    return ({ isVictim, isBooking }) => {
      if (hasStruck || !isVictim || !isBooking) return PASS
      hasStruck = true
      return { do: 'lose', afterMs: 200, response: gatewayAnswer(504, 'Gateway Timeout') }
    }
  },
})
