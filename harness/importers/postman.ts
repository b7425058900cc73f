import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { Body } from '../model/recording.ts'
import {
  defineImporter,
  type Exchange,
  type ImportDocument,
  type Imported,
  type ImportedEntry,
} from '../ports/importer.ts'
import {
  asText,
  bodyFrom,
  durationIn,
  entryOf,
  headerOf,
  headersOf,
  listIn,
  memberOf,
  nameOf,
  objectIn,
  pairsIn,
  refuse,
  refuseDeep,
  refuseShort,
  statusOf,
  textIn,
} from './reading/exchange.ts'

type Variables = ReadonlyMap<string, string>

/** A Postman collection 2.1 with saved responses. */
export default defineImporter({
  title: 'Postman collection 2.1 with saved responses',
  recognizes: ({ json }) =>
    /collection\/v2\.[01]/.test(textIn(objectIn(json, 'info'), 'schema') ?? '') && isJsonArray(memberOf(json, 'item')),
  read,
})

function read({ json }: ImportDocument): Imported {
  const variables = new Map(
    listIn(json, 'variable').map((variable) => [
      textIn(variable, 'key') ?? '',
      asText(memberOf(variable, 'value') ?? ''),
    ]),
  )
  const entries: ImportedEntry[] = []
  const loose: string[] = ['a saved response may have been edited by hand, and the order is that of the collection']
  for (const [title, item] of requestsIn(listIn(json, 'item'), '')) {
    const saved = listIn(item, 'response')
    if (saved.length === 0) loose.push(`"${title}" has no saved response and is not imported`)
    for (const response of saved) {
      const request = objectIn(response, 'originalRequest')
      const url = filled(urlOf(request), variables)
      const name = `${nameOf('response', entries.length + 1, textIn(request, 'method') ?? '', url)} "${title}"`
      entries.push(entryOf({ name, url }, () => exchangeOf(request, response, url, variables)))
    }
  }
  return { state: 'traffic', entries, loose }
}

/** Every request with the names of the folders around it. */
function requestsIn(items: readonly Json[], folder: string): readonly (readonly [string, Json])[] {
  return items.flatMap((item): readonly (readonly [string, Json])[] => {
    const title = `${folder}${textIn(item, 'name') ?? ''}`.slice(0, 120)
    return isJsonArray(memberOf(item, 'item')) ? requestsIn(listIn(item, 'item'), `${title} / `) : [[title, item]]
  })
}

function filled(text: string, variables: Variables): string {
  let result = text
  // A variable may hold another; three rounds are more than collections use, and a circle ends.
  for (let round = 0; round < 3; round += 1) {
    result = result.replace(/\{\{([^{}]+)\}\}/g, (written, name: string) => variables.get(name.trim()) ?? written)
  }
  return result
}

function urlOf(request: Json): string {
  const url = memberOf(request, 'url')
  if (typeof url === 'string') return url
  let raw = textIn(url, 'raw') ?? ''
  for (const variable of listIn(url, 'variable')) {
    const key = textIn(variable, 'key')
    const value = textIn(variable, 'value')
    if (key === undefined || value === undefined) continue
    raw = raw
      .split('/')
      .map((part) => (part.replace(/[?#].*$/s, '') === `:${key}` ? part.replace(`:${key}`, () => value) : part))
      .join('/')
  }
  // What is switched off was not sent, though the raw URL may still hold it.
  const query = listIn(url, 'query')
  if (!query.some((parameter) => memberOf(parameter, 'disabled') === true)) return raw
  const sent = query
    .filter((parameter) => memberOf(parameter, 'disabled') !== true)
    .map((parameter) => `${textIn(parameter, 'key') ?? ''}=${asText(memberOf(parameter, 'value') ?? '')}`)
  return `${raw.replace(/[?#].*$/s, '')}${sent.length === 0 ? '' : `?${sent.join('&')}`}`
}

function exchangeOf(request: Json, response: Json, url: string, variables: Variables): Exchange {
  const method = textIn(request, 'method')
  if (method === undefined || method === '') refuse('the request was not saved with the response')
  // A host that is a variable says nothing about the request; anything after it does.
  const unknown = /\{\{([^{}]+)\}\}|\/:(\w+)(?=[/?]|$)/.exec(
    url.replace(/^\{\{[^{}]+\}\}/, '').replace(/^\w+:\/\/[^/]*/, ''),
  )
  if (unknown !== null) refuse(`the variable "${unknown[1] ?? unknown[2]}" of the URL has no value in the collection`)
  const loose: string[] = []
  const sent = pairsOf(memberOf(request, 'header'), variables)
  const headers = sent.filter(([name, value]) => {
    if (!/\{\{[^{}]+\}\}/.test(value)) return true
    loose.push(`the header ${name} holds a variable without a value and is left out`)
    return false
  })
  const received = pairsOf(memberOf(response, 'header'), new Map())
  const body = memberOf(response, 'body')
  const status = statusOf(response, 'code')
  const bytes = Buffer.from(typeof body === 'string' ? body : '')
  const hasNoBody = method === 'HEAD' || status === 204 || status === 304
  if (!hasNoBody && typeof body !== 'string' && headerOf(received, 'content-length') !== '0') {
    refuse('the body of the response was not saved')
  }
  refuseShort(bytes.length, received, method, status)
  return {
    request: { method, headers: headersOf(headers), ...requestBody(objectIn(request, 'body'), variables) },
    response: { status, headers: headersOf(received), ...bodyFrom(bytes) },
    durationMs: durationIn(response, 'responseTime'),
    loose,
  }
}

function pairsOf(headers: Json | undefined, variables: Variables): readonly (readonly [string, string])[] {
  const list = isJsonArray(headers) ? headers : []
  const sent = list.filter((header) => isJsonObject(header) && memberOf(header, 'disabled') !== true)
  return pairsIn(sent, 'key').map(([name, value]) => [name, filled(value, variables)] as const)
}

function requestBody(body: Json, variables: Variables): { body?: Body } {
  const mode = textIn(body, 'mode')
  if (mode === undefined || memberOf(body, 'disabled') === true) return {}
  if (mode === 'raw') return bodyFrom(known(filled(textIn(body, 'raw') ?? '', variables)))
  if (mode === 'urlencoded') {
    const fields = listIn(body, 'urlencoded').filter((field) => memberOf(field, 'disabled') !== true)
    const pairs = pairsIn(fields, 'key').map(([name, value]): [string, string] => [name, filled(value, variables)])
    known(pairs.map(([, value]) => value).join('\n'))
    return bodyFrom(Buffer.from(new URLSearchParams(pairs).toString()))
  }
  refuse(`the body of the request is of the mode "${mode}", whose bytes a collection does not hold`)
}

function known(text: string): Buffer {
  refuseDeep(text)
  const unknown = /\{\{([^{}]+)\}\}/.exec(text)
  if (unknown !== null) refuse(`the variable "${unknown[1]}" of the body has no value in the collection`)
  return Buffer.from(text)
}
