import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from './json.ts'

/** SHA-256 of a text, as `sha256:` and 64 hexadecimal digits. */
export function digestOf(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** SHA-256 of the canonical bytes of a value: equal values have equal fingerprints whatever the order of their keys. */
export function fingerprintOf(value: Json): string {
  return digestOf(canonicalJson(value))
}

/** The first 12 digits of a fingerprint: enough to name a finding in a report or a waiver. */
export function shortFingerprintOf(value: Json): string {
  return fingerprintOf(value).slice('sha256:'.length, 'sha256:'.length + 12)
}
