import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The ERP refuses a line of one invoice.',
  description: 'A connector that drops the line, or passes the invoice over, has less posted than was approved.',
  pointer: '/lines',
  sparesOthers: true,
  begin:
    () =>
    ({ operation, isVictim, refusal }) =>
      isVictim && operation?.kind === 'create' ? { do: 'answer', response: refusal('line') } : PASS,
})
