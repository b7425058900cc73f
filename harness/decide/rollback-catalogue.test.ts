import { describe, expect, test } from 'vitest'
import { ChangeClassId, Lane } from '../model/common.ts'
import { RehearsalPart } from '../model/rehearsal.ts'
import { type CatalogueStep, CHANGE_CLASSES, FRAME, PLACEHOLDERS } from './rollback-catalogue.ts'

/** What a step is done to; a text that names none of these could stand in any plan. */
const OBJECTS = PLACEHOLDERS.filter((name) => !['from', 'to', 'schedule', 'invoices'].includes(name))

const steps: readonly (readonly [string, CatalogueStep])[] = [
  ...Object.entries(FRAME),
  ...ChangeClassId.options.flatMap((id) =>
    CHANGE_CLASSES[id].steps.map((step, index) => [`${id} step ${index + 1}`, step] as const),
  ),
]

describe('every step of the catalogue', () => {
  test.each(steps)(
    '%s has owner, minutes, place, verification and a point of no return, and names its object',
    (_, step) => {
      expect(Lane.options).toContain(step.owner)
      expect(step.minutes).toBeGreaterThan(0)
      const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
      for (const text of [step.action, step.where, step.expected, step.verify, step.pointOfNoReturn]) {
        expect(text).toMatch(/^\S.*\.$/)
        for (const name of named(text)) expect(PLACEHOLDERS).toContain(name)
      }
      expect(named(step.action).some((name) => OBJECTS.some((object) => object === name))).toBe(true)
      for (const part of step.rehearsedBy ?? []) expect(RehearsalPart.options).toContain(part)
    },
  )

  test.each(ChangeClassId.options)('class %s has steps and a point of no return with its object', (id) => {
    const { steps: own, pointOfNoReturn, title } = CHANGE_CLASSES[id]
    expect(own.length).toBeGreaterThan(0)
    expect(title).not.toBe('')
    expect(pointOfNoReturn).toMatch(/\{(?:objects|connector|erp|plan|credential|documents|refused)\}/)
  })
})
