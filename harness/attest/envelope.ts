import { type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, type Json, parseJson, toJson, toPlain } from '../base/json.ts'
import { Envelope, PAYLOAD_TYPE } from '../model/decision.ts'
import { type AcceptedKey, keyIdOf } from './keys.ts'

/** What opening an envelope comes to: its payload, or the reason why nothing in it may be believed. */
export type Opened =
  | Readonly<{ state: 'accepted'; payload: unknown }>
  | Readonly<{ state: 'refused'; code: Refused; text: string }>
type Refused = 'malformed' | 'key-unknown' | 'identity-unknown' | 'signature-invalid'

/** Opens a Sigstore bundle; its JSON is given. */
export type BundleOpener = (json: unknown) => Opened

/** Signs a statement and puts it into a DSSE envelope, on one line. */
export function sealed(statement: Json, key: KeyObject): string {
  const payload = Buffer.from(canonicalJson(statement))
  const envelope: Envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: keyIdOf(key), sig: sign(null, preAuthentication(payload), key).toString('base64') }],
  }
  return canonicalJson(toJson(envelope))
}

/**
 * Opens an envelope with the keys that are accepted, or a Sigstore bundle where its signers are accepted too. Nothing of the
 * payload is read before a signature holds.
 */
export function opened(line: string, keys: readonly AcceptedKey[], openBundle: BundleOpener | undefined): Opened {
  const json = plainOf(line)
  if (isBundle(json)) {
    return openBundle?.(json) ?? refused('identity-unknown', 'it is a Sigstore bundle, and no identity is accepted')
  }
  const read = Envelope.safeParse(json)
  if (!read.success) return refused('malformed', 'it is no DSSE envelope of an in-toto statement')
  const { payload, signatures } = read.data
  const bytes = bytesOf(payload)
  if (bytes === undefined) return refused('malformed', 'its payload is not canonical base64')
  const holds = signatures.some(({ sig }) => {
    const signature = bytesOf(sig)
    return signature !== undefined && keys.some(({ key }) => verify(null, preAuthentication(bytes), key, signature))
  })
  if (holds) return payloadOf(bytes)
  // The key id is only a hint: it chooses between two refusals and never lets anything through.
  const claimed = signatures.find(({ keyid }) => keys.some(({ id }) => id === keyid))
  return claimed === undefined
    ? refused('key-unknown', `it is signed by ${signatures.map(({ keyid }) => keyid ?? 'a key without id').join(', ')}`)
    : refused('signature-invalid', `the signature of ${claimed.keyid} does not fit the payload`)
}

/** The statement in a payload whose signature holds. */
export function payloadOf(bytes: Buffer): Opened {
  const statement = plainOf(bytes.toString('utf8'))
  return statement === undefined
    ? refused('malformed', 'its payload is not JSON')
    : { state: 'accepted', payload: statement }
}

function isBundle(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'mediaType' in json
}

/** DSSE's pre-authentication encoding: what is signed covers the type as well as the payload. */
function preAuthentication(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload])
}

/** Decodes base64 that has one spelling only, so that one signed payload is one text. */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function plainOf(text: string): unknown {
  try {
    return toPlain(parseJson(text))
  } catch {
    return undefined
  }
}

/** A refusal with its reason. */
export function refused(code: Refused, text: string): Opened {
  return { state: 'refused', code, text }
}
