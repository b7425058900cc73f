import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The period of one invoice is locked when it is to be booked.',
  description:
    'The invoice must wait for a person, and the connector must say so; a draft that it leaves behind is found by nobody.',
  pointer: '/period',
  sparesOthers: true,
  begin:
    () =>
    ({ isVictim, isBooking, refusal }) =>
      isVictim && isBooking ? { do: 'answer', response: refusal('period') } : PASS,
})
