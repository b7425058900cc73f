import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Every field that was always answered still is.',
  failureTitle: 'Fields that were always answered can be missing.',
  description: 'A connector that reads the field without asking whether it is there stops, or books nothing.',
  requires: ['structure'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'ap-vendor',
  changeClass: 'C7',
  messages: { changed: '{field} of {resource} can be missing from an answer.' },
  remedy: 'Check what the connector does when the field is missing.',
  run: ({ structure }) =>
    objectTo(
      structure
        .filter(
          ({ structure: change }) =>
            change.keyword === 'required' &&
            change.change === 'removed' &&
            change.direction === 'read' &&
            change.effect !== 'compatible',
        )
        .map(({ difference }) => difference),
      'changed',
    ),
})
