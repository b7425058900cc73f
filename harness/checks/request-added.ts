import { defineCheck, isWholeRequest, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector makes no request that it did not make.',
  failureTitle: 'The connector makes requests that it did not make.',
  description: 'An invoice is posted a second time, or a step is done to it that nobody has approved.',
  requires: ['requests'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    whole: 'The connector calls {what} in addition.',
  },
  remedy: 'Ask the AP vendor what the request is for, and look whether a document is there twice.',
  run: ({ requests }) =>
    objectTo(
      requests.filter((difference) => isWholeRequest(difference) && difference.kind === 'extra'),
      'whole',
    ),
})
