import { defineFailure, gatewayAnswer, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The bridge to the ERP goes offline in the middle of the run and stays so: 503 for everything.',
  description: 'Nothing can be exported any more. What the connector does not report is taken for exported.',
  pointer: '/connection',
  sparesOthers: false,
  begin: () => {
    let isOffline = false
    return ({ isVictim }) => {
      isOffline ||= isVictim
      return isOffline ? { do: 'answer', response: gatewayAnswer(503, 'Bridge offline') } : PASS
    }
  },
})
