import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The ERP refuses one invoice, because it has a document with this reference.',
  description: 'A person must look at both. A connector that changes the reference to get through has it paid twice.',
  pointer: '/reference',
  sparesOthers: true,
  saysItIsThere: true,
  begin:
    () =>
    ({ operation, isVictim, refusal }) =>
      isVictim && operation?.kind === 'create' ? { do: 'answer', response: refusal('duplicate') } : PASS,
})
