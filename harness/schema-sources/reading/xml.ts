import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { messageOf } from '../../base/errors.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'
import { checkSize, isPlainObject, MAX_DEPTH, type PlainObject, placeOf, refuse } from './text.ts'

/** One XML element: its attributes and child elements by local name, prefixes dropped except those named in `KEPT_PREFIXES`. */
export type Element = Readonly<{
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly Element[]
}>

/** Prefixes that carry meaning of their own. */
const KEPT_PREFIXES = ['sap', 'm']

/** Parses an XML document. Document types are refused, since nothing an ERP publishes needs one and they can explode. */
export function readXml(document: SchemaDocument): Element {
  checkSize(document)
  const doctype = document.text.indexOf('<!DOCTYPE')
  if (doctype >= 0) refuse(document, [], `a document type is not read (${placeOf(document.text, doctype)}).`)
  const deep = nestedBeyond(document.text)
  if (deep !== undefined)
    refuse(document, [], `nested more than ${MAX_DEPTH} levels deep at ${placeOf(document.text, deep)}.`)
  const verdict = XMLValidator.validate(document.text)
  if (verdict !== true) {
    refuse(document, [], `line ${verdict.err.line}, column ${verdict.err.col}: ${verdict.err.msg}`)
  }
  try {
    const parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      parseAttributeValue: false,
      processEntities: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
    })
    const parsed: unknown = parser.parse(document.text)
    const [root] = elementsOf(parsed)
    return root ?? refuse(document, [], 'there is no element.')
  } catch (error) {
    return refuse(document, [], `not XML: ${messageOf(error)}`)
  }
}

/** Whether a document looks like XML with this outermost element. */
export function looksLikeXml(text: string, element: string): boolean {
  const start =
    /^\uFEFF?\s*(<\?xml[^>]*\?>)?\s*(<!--[\s\S]*?-->\s*)*(<!DOCTYPE[^[>]*(?:\[[^\]]*\])?[^>]*>\s*)?<([\w.-]+:)?([\w.-]+)/.exec(
      text.slice(0, 10_000),
    )
  return start?.[5] === element
}

/** The child elements with a name. */
export function children(element: Element, name: string): readonly Element[] {
  return element.children.filter((child) => child.name === name)
}

/** All elements with a name below an element, in document order. */
export function descendants(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)])
}

/** An attribute that must be there. */
export function attribute(document: SchemaDocument, element: Element, name: string): string {
  return element.attributes[name] ?? refuse(document, [element.name], `the element has no ${name}.`)
}

function elementsOf(nodes: unknown): readonly Element[] {
  if (!Array.isArray(nodes)) return []
  return nodes.filter(isPlainObject).flatMap((node): Element[] => {
    const tag = Object.keys(node).find((key) => key !== ':@' && key !== '#text' && !key.startsWith('?'))
    if (tag === undefined) return []
    const found = node[':@']
    return [
      {
        name: localName(tag),
        attributes: isPlainObject(found) ? attributesOf(found) : {},
        children: elementsOf(node[tag]),
      },
    ]
  })
}

function attributesOf(found: PlainObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => {
      const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : ''
      return [KEPT_PREFIXES.includes(prefix) ? name : localName(name), String(value)]
    }),
  )
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** Where more elements are open than allowed; tags are counted without parsing, because a parser recurses. */
function nestedBeyond(text: string): number | undefined {
  let depth = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text[at + 1]
    if (next === '!' || next === '?') continue
    if (next === '/') {
      depth -= 1
      continue
    }
    const end = text.indexOf('>', at)
    if (end > 0 && text[end - 1] === '/') continue
    depth += 1
    if (depth > MAX_DEPTH) return at
  }
  return undefined
}
