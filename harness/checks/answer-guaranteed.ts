import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No field became one that is always answered.',
  failureTitle: 'Fields are always answered now.',
  description: 'A connector that takes a missing field for a decision never meets that case again.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'info',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{field} of {resource} is always answered.' },
  remedy: 'Check whether the connector waits for the field to be missing.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.keyword === 'required' && change.change === 'added' && change.direction === 'read',
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
