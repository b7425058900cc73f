import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'A second engine judges the published schemas alike.',
  failureTitle: 'A second engine judges the published schemas differently.',
  description: 'One of the two engines is wrong, so a change of the schema may be called harmless that is not.',
  requires: ['opinions'],
  needs: ['describe'],
  severity: 'warning',
  lane: 'it',
  changeClass: 'C8',
  messages: { changed: '{what}: the gate sees {ours}, {engine} sees {theirs}. One of the two is wrong.' },
  remedy: 'Compare the two published schemas at this place by hand, and report it to whoever maintains the gate.',
  run: ({ opinions }) => {
    const engines = new Map(opinions.map(({ engine, difference }) => [difference, engine]))
    return objectTo(
      opinions.map(({ difference }) => difference),
      'changed',
      (difference) => ({
        engine: engines.get(difference) ?? '',
        ours: difference.baseline ?? '',
        theirs: difference.candidate ?? '',
      }),
    )
  },
})
