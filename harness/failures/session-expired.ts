import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The session expires in the middle of the run: 401 until the connector logs in again.',
  description:
    'A connector that stops there leaves the rest of the batch, and whoever restarts it posts the first part twice.',
  pointer: '/authorization',
  sparesOthers: false,
  begin: () => {
    let state: 'valid' | 'expired' | 'renewed' = 'valid'
    return ({ operation, isVictim }) => {
      if (state === 'valid' && isVictim && operation?.kind === 'create') state = 'expired'
      if (state === 'expired' && operation?.kind === 'session') state = 'renewed'
      return state === 'expired' ? { do: 'answer', response: gatewayAnswer(401, 'Unauthorized') } : PASS
    }
  },
})
