import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The connection is cut before the ERP has seen the invoice, once.',
  description: 'The invoice is not there, and the connector cannot know. It must look, and not guess.',
  pointer: '/reference',
  sparesOthers: false,
  begin: () => {
    let hasStruck = false
    return ({ operation, isVictim }) => {
      if (hasStruck || !isVictim || operation?.kind !== 'create') return PASS
      hasStruck = true
      return { do: 'cut' }
    }
  },
})
