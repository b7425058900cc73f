import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No field became required.',
  failureTitle: 'Fields became required.',
  description: 'Invoices that do not carry the field are refused.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'error',
  lane: 'ap-vendor',
  changeClass: 'C2',
  messages: { changed: '{what} is now required.' },
  remedy: 'Fill the field from the mapping, with a default that finance has approved.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.keyword === 'required' &&
            change.change === 'added' &&
            change.direction === 'send' &&
            change.effect !== 'compatible',
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
