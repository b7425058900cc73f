import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { golden, variants } from '../reporters/fixtures/golden.ts'
import { hostile } from '../reporters/fixtures/hostile.ts'
import json from '../reporters/json.ts'
import { schemaOf } from './published-schema.ts'

describe('the JSON Schema of an assessment', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(schemaOf('assessment')))

  test.each([...Object.entries(variants()), ['hostile', hostile()] as const])(
    'takes %s as it is stored',
    (_name, assessment) => {
      validate(JSON.parse(json.render(assessment)))
      expect(validate.errors ?? []).toEqual([])
    },
  )

  test.each<[string, object, string]>([
    ['a verdict that there is not', { verdict: 'maybe' }, '/verdict'],
    [
      'money as a number',
      { controlTotals: [{ ...golden().controlTotals[0], currency: 1 }] },
      '/controlTotals/0/currency',
    ],
    ['a member that nobody knows', { approved: true }, ''],
  ])('refuses %s', (_name, change, place) => {
    validate({ ...JSON.parse(json.render(golden())), ...change })
    expect((validate.errors ?? []).map(({ instancePath }) => instancePath)).toEqual([place])
  })
})
