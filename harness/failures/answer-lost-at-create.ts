import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'A gateway gives up (504) after the ERP has stored the invoice.',
  description:
    'The classic double posting: a connector that sends the invoice again without looking has it paid twice.',
  pointer: '/reference',
  sparesOthers: false,
  begin: () => {
    let hasStruck = false
    return ({ operation, isVictim }) => {
      if (hasStruck || !isVictim || operation?.kind !== 'create') return PASS
      hasStruck = true
      return { do: 'lose', afterMs: 200, response: gatewayAnswer(504, 'Gateway Timeout') }
    }
  },
})
