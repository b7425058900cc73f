import { type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, type Json, parseJson, toJson, toPlain } from '../base/json.ts'
import { Envelope } from '../model/decision.ts'
import { type AcceptedKey, keyIdOf } from './keys.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** What opening an envelope comes to: its payload, or the reason why nothing in it may be believed. */
export type Opened =
  | Readonly<{ state: 'accepted'; payload: unknown }>
  | Readonly<{ state: 'refused'; code: 'malformed' | 'key-unknown' | 'signature-invalid'; text: string }>

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

/** Opens an envelope with the keys that are accepted. Nothing of the payload is read before a signature holds. */
export function opened(line: string, keys: readonly AcceptedKey[]): Opened {
  const read = Envelope.safeParse(plainOf(line))
  if (!read.success) return refused('malformed', 'it is no DSSE envelope of an in-toto statement')
  const { payload, signatures } = read.data
  const bytes = bytesOf(payload)
  if (bytes === undefined) return refused('malformed', 'its payload is not canonical base64')
  const holds = signatures.some(({ sig }) => {
    const signature = bytesOf(sig)
    return signature !== undefined && keys.some(({ key }) => verify(null, preAuthentication(bytes), key, signature))
  })
  if (holds) {
    const statement = plainOf(bytes.toString('utf8'))
    return statement === undefined
      ? refused('malformed', 'its payload is not JSON')
      : { state: 'accepted', payload: statement }
  }
  // The key id is only a hint: it chooses between two refusals and never lets anything through.
  const claimed = signatures.find(({ keyid }) => keys.some(({ id }) => id === keyid))
  return claimed === undefined
    ? refused('key-unknown', `it is signed by ${signatures.map(({ keyid }) => keyid ?? 'a key without id').join(', ')}`)
    : refused('signature-invalid', `the signature of ${claimed.keyid} does not fit the payload`)
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

function refused(code: 'malformed' | 'key-unknown' | 'signature-invalid', text: string): Opened {
  return { state: 'refused', code, text }
}
