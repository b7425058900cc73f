import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The ERP refuses a line of one invoice.',
  description: 'A connector that drops the line, or passes the invoice over, has less posted than was approved.',
  pointer: '/lines',
  sparesOthers: true,
  begin: () => {
    let refused: string | undefined
    return ({ operation, isVictim, content, refusal }) => {
      if (!isVictim || operation?.kind !== 'create') return PASS
      refused ??= content
      // The same invoice is refused again; one without the line would be taken.
      return content === refused ? { do: 'answer', response: refusal('line') } : PASS
    }
  },
})
