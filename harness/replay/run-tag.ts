import { digestOf } from '../base/fingerprint.ts'
import { isJsonArray, isJsonObject, type Json } from '../base/json.ts'
import type { RecordedResponse } from '../model/recording.ts'

/**
 * A run tag makes the references of one run distinct in a sandbox that keeps the documents of earlier runs: without it the
 * second run of the same recording meets its own duplicates. It stands before white space at the end, so that trimming
 * still shows, and is cut where the reference would be longer than the ERP takes.
 */
export type RunTag = string

/** The reference with the tag. `longest` is the number of characters that the ERP takes, `undefined` for no limit. */
export function tagged(reference: string, tag: RunTag, longest: number | undefined): string {
  const end = reference.trimEnd().length
  const [text, space] = [reference.slice(0, end), reference.slice(end)]
  const room = longest === undefined ? text.length : Math.max(0, longest - tag.length - space.length)
  return text.slice(0, room) + tag + space
}

/** The key of one write of a run: the same whenever it is sent, also by a process that resumes the run. */
export function writeKey(run: string, seq: number): string {
  const [, a = '', b = '', c = '', d = '', e = ''] =
    /([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{3})([0-9a-f]{3})([0-9a-f]{12})/.exec(digestOf(`${run} ${seq}`)) ?? []
  // A UUID of version 8 (RFC 9562): what servers that check the form of a key ask for.
  return `${a}-${b}-8${c}-8${d}-${e}`
}

/** A value without the tag, wherever the ERP copied the reference to. */
export function withoutTag(value: Json, tag: RunTag): Json {
  if (tag === '') return value
  if (typeof value === 'string') return value.replaceAll(tag, '')
  if (isJsonArray(value)) return value.map((item) => withoutTag(item, tag))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutTag(member, tag)]))
}

/** A response without the tag. */
export function answerWithoutTag(response: RecordedResponse, tag: RunTag): RecordedResponse {
  if (tag === '' || response.body === undefined || !('json' in response.body)) return response
  return { ...response, body: { json: withoutTag(response.body.json, tag) } }
}
