import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'The connector reports what became of every invoice.',
  failureTitle: 'The connector says nothing, or not why, of invoices.',
  description: 'Silence is taken for success. The invoice is found when the supplier asks for the money.',
  requires: ['results'],
  needs: [],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C9',
  messages: {
    missing: 'The connector reports nothing of invoices that it was given.',
    unexplained: 'The connector does not say why invoices were not exported.',
  },
  remedy: 'Have the AP vendor report each invoice that was given, with the reason when it was not exported.',
  run: ({ results }) => [
    ...objectTo(
      results.filter((difference) => difference.pointer === ''),
      'missing',
    ),
    ...objectTo(
      results.filter((difference) => difference.pointer === '/message'),
      'unexplained',
    ),
  ],
})
