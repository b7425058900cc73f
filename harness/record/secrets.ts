import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { Body, Interaction } from '../model/recording.ts'
import { pairsOf } from './forms.ts'
import { windows } from './windows.ts'

/** What a scan of the whole capture found, beside what the ERP adapter and the headers tell. Only `findSecrets` makes it. */
export type FoundSecrets = Readonly<{ secrets: readonly string[] }> & { readonly [found]: true }

declare const found: unique symbol

/** Names of fields that hold a credential, whatever the ERP: `password`, `client_secret`, `accessToken`, `api-key`. */
const SECRET_FIELD =
  /^(pass(word|wd|phrase)?|pwd|(client|api|app|shared)[-_]?secret|secret([-_]?(key|access[-_]?key))?|(access|refresh|id|auth|session|bearer|csrf|xsrf)[-_]?token|token|api[-_]?key|apikey|private[-_]?key|session[-_]?(id|key))$/i

/** A signed token of three parts; the first begins with `{"`. */
const JWT = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g
/** A password in a URL. */
const USER_INFO = /\b[a-z][\w+.-]*:\/\/[^\s/:@"']*:([^\s/@"']+)@/gi
/** Shorter values of fields named as secrets are flags and names, and stand in many places. */
const SHORTEST = 6

/** Characters of texts that are remembered, so that what stands in many places is scanned once. */
const REMEMBERED = 4 * 1024 * 1024

/**
 * Scans a capture with secretlint's recommended rules, offline, and collects what stands in fields that are named as secrets.
 * Each text is scanned by itself, so that no rule reads from one value into the next.
 */
export async function findSecrets(interactions: readonly Interaction[]): Promise<FoundSecrets> {
  const secrets = new Set<string>()
  for (const texts of windows(textsIn(interactions, secrets), '\n\n')) {
    for (const secret of await scan(texts)) secrets.add(secret)
  }
  const result: Omit<FoundSecrets, typeof found> = { secrets: [...secrets] }
  // The brand exists for the compiler only; this is the one place that grants it.
  return result as FoundSecrets
}

/** Every text of a capture once, as far as that is remembered. What its field or its own form tells to be secret is added. */
function* textsIn(interactions: readonly Interaction[], secrets: Set<string>): Generator<string> {
  const known = new Set<string>()
  let remembered = 0
  let fresh: string[] = []
  const add = (text: string) => {
    if (known.has(text)) return
    known.add(text)
    remembered += text.length
    fresh.push(text)
    for (const [token] of text.matchAll(JWT)) secrets.add(token)
    for (const [, password = ''] of text.matchAll(USER_INFO)) secrets.add(password)
  }
  const visit = (value: Json, field: string) => {
    if (typeof value === 'string') {
      if (SECRET_FIELD.test(field) && value.length >= SHORTEST) secrets.add(value)
      add(value)
      for (const [name, inner] of pairsOf(value) ?? []) visit(inner, name)
    } else if (isJsonArray(value)) for (const item of value) visit(item, field)
    else if (isJsonObject(value)) for (const [name, member] of Object.entries(value)) visit(member, name)
  }
  const visitBody = (body: Body | undefined) => {
    if (body === undefined || 'base64' in body) return
    if ('json' in body) visit(body.json, '')
    else visit(body.text, '')
  }
  for (const { request, response } of interactions) {
    visit(request.path, '')
    visit(request.query.replace(/^\?/, ''), '')
    for (const headers of [request.headers, response.headers]) {
      for (const [name, value] of Object.entries(headers)) visit(value, name)
    }
    visitBody(request.body)
    visitBody(response.body)
    yield* fresh
    fresh = []
    if (remembered < REMEMBERED) continue
    known.clear()
    remembered = 0
  }
}

/** Secrets that the scanner finds in a text. */
export async function scan(text: string): Promise<readonly string[]> {
  const { messages } = await lintSource({
    source: { content: text, filePath: 'recording.txt', ext: '.txt', contentType: 'text' },
    options: {
      noPhysicFilePath: true,
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
    },
  })
  return messages.map(({ range: [from, to] }) => text.slice(from, to))
}
