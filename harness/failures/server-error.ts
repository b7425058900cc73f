import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The ERP answers every attempt to create one invoice with 500.',
  description: 'The invoice is not there. A connector that passes it over in silence leaves it unpaid.',
  pointer: '/reference',
  sparesOthers: false,
  begin:
    () =>
    ({ operation, isVictim }) =>
      isVictim && operation?.kind === 'create'
        ? { do: 'answer', response: gatewayAnswer(500, 'Internal Server Error') }
        : PASS,
})
