import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBeside } from './beside.ts'
import { topLevel } from './top-level.ts'
import { readTree } from './tree.ts'

const document = (text: string) => ({ name: 'payables.json', text })
const SUPPLIER = '{"type":"object","properties":{"name":{"type":"string","description":"as \\"printed\\" {on} [it]"}}}'
const withSchemas = (schemas: string, rest = '') => `{"openapi":"3.0.3","components":{"schemas":{${schemas}}}${rest}}`
const OLD = withSchemas(`"Supplier":${SUPPLIER},"Account":{"type":"string"}`)

/** What the next release is read as, beside the old one; the message where it is refused. */
function beside(old: string, next: string): unknown {
  const before = document(old)
  return attempt(() => readBeside(before, readTree(before), document(next)))
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return String(error)
  }
}

describe('a release read beside the one before it', () => {
  it.each([
    ['one that is equal', OLD],
    ['one with another definition', withSchemas(`"Supplier":${SUPPLIER},"Account":{"type":"integer"}`)],
    ['one with its definitions in another order', withSchemas(`"Account":{"type":"string"},"Supplier":${SUPPLIER}`)],
    ['one that is spaced out', withSchemas(` "Supplier" : ${SUPPLIER} ,\n "Account":{ "type":"string"}`)],
    ['one that writes a name with escapes', withSchemas(`"Suppl\\u0069er":${SUPPLIER}`)],
    ['one that has a name twice', withSchemas(`"Supplier":${SUPPLIER},"Supplier":{"type":"null"}`)],
    ['one that has a name twice, the old one last', withSchemas(`"Supplier":7,"Supplier":${SUPPLIER}`)],
    ['one with a definition called __proto__', withSchemas(`"__proto__":${SUPPLIER},"Supplier":${SUPPLIER}`)],
    [
      'one with definitions twice',
      `${withSchemas(`"Supplier":${SUPPLIER}`).slice(0, -1)},"components":{"schemas":{}}}`,
    ],
    ['one with paths', withSchemas(`"Supplier":${SUPPLIER}`, `,"paths":{"/bills":{"get":{}}}`)],
    ['one without definitions', '{"openapi":"3.0.3","components":[]}'],
    ['digits after a definition', withSchemas(`"Supplier":${SUPPLIER}5,"Account":{"type":"string"}`)],
    ['an exponent after a definition', withSchemas(`"Supplier":${SUPPLIER}e5`)],
    ['a bracket too many', withSchemas(`"Supplier":${SUPPLIER}}`)],
    ['a comma too many', withSchemas(`"Supplier":${SUPPLIER},`)],
    ['a text that never ends', withSchemas(`"Supplier":${SUPPLIER},"Account":{"type":"string`)],
    ['nothing at all', ''],
    ['a definition cut off', withSchemas(`"Supplier":${SUPPLIER}`).slice(0, 90)],
  ])('%s: the same as read alone, or refused in the same words', (_, next) => {
    expect(beside(OLD, next)).toEqual(attempt(() => readTree(document(next))))
  })

  it('takes over what is written alike', () => {
    const old = document(OLD)
    const content: { components: { schemas: Record<string, unknown> } } = JSON.parse(OLD)
    const next = readBeside(old, content, document(OLD.replace('"string"}}', '"integer"}}')))
    expect(next).toMatchObject({ components: { schemas: { Account: { type: 'integer' } } } })
    expect((next as typeof content).components.schemas.Supplier).toBe(content.components.schemas.Supplier)
  })

  it('says of any text what reading it alone says', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '5',
      'e5',
      '{}',
      '"Supplier":',
      SUPPLIER,
      'null',
    )
    const place = fc.nat({ max: OLD.length })
    fc.assert(
      fc.property(place, fc.nat({ max: 12 }), fc.array(piece, { maxLength: 4 }), (at, gone, added) => {
        const next = OLD.slice(0, at) + added.join('') + OLD.slice(at + gone)
        expect(beside(OLD, next)).toEqual(attempt(() => readTree(document(next))))
      }),
      { numRuns: 400, seed: 20261126 },
    )
  })
})

describe('the outermost members of a document', () => {
  it('are told without parsing it, the same whatever was read before', () => {
    const text = withSchemas(
      `"Supplier":${SUPPLIER}`,
      ',"info":{"title":"\\"bills\\""},"na\\u006de":"pay\\u0061bles","version":3',
    )
    const first = topLevel(document(text))
    expect([...first]).toEqual([
      ['openapi', '3.0.3'],
      ['components', ''],
      ['info', ''],
      ['name', 'payables'],
      ['version', ''],
    ])
    expect(topLevel(document(text))).toEqual(first)
  })
})
