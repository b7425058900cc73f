import { describe, expect, test } from 'vitest'
import { parseJson, toPlain } from '../base/json.ts'
import { ChangeAssessment } from '../model/assessment.ts'
import { golden } from './fixtures/golden.ts'
import { hostile } from './fixtures/hostile.ts'
import json from './json.ts'

describe('json', () => {
  test.each([
    ['the golden assessment', golden()],
    ['hostile content', hostile()],
  ])('%s is read back as it was', (_name, assessment) => {
    expect(ChangeAssessment.parse(toPlain(parseJson(json.render(assessment))))).toEqual(assessment)
  })

  test('the same evidence is the same bytes, whatever the order of its keys', () => {
    const { verdict, ...rest } = golden()
    expect(json.render({ ...rest, verdict })).toBe(json.render({ verdict, ...rest }))
    expect(json.render(golden()).startsWith('{\n  "accounting": {')).toBe(true)
    expect(json.render(golden()).endsWith('\n}\n')).toBe(true)
  })
})
