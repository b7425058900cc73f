import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { GateError, messageOf } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'

/** A public key that decisions are accepted from. */
export type AcceptedKey = Readonly<{ id: string; key: KeyObject }>

/** Reads an ed25519 private key from PEM. Throws `key-unusable`; the message never holds the key. */
export function signingKeyOf(pem: string, file: string): KeyObject {
  const key = keyOf(() => createPrivateKey(pem), file, 'private')
  return ed25519(key, file)
}

/** Reads an ed25519 public key from PEM. A private key is refused: it has no business where decisions are verified. */
export function acceptedKeyOf(pem: string, file: string): AcceptedKey {
  if (pem.includes('PRIVATE KEY')) throw unusable(`${file} holds a private key.`)
  const key = ed25519(
    keyOf(() => createPublicKey(pem), file, 'public'),
    file,
  )
  return { id: keyIdOf(key), key }
}

/** Id of a key: the digest of its public half in SPKI form. */
export function keyIdOf(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key
  return digestOf(half.export({ type: 'spki', format: 'der' }))
}

function keyOf(read: () => KeyObject, file: string, kind: 'private' | 'public'): KeyObject {
  try {
    return read()
  } catch (cause) {
    throw unusable(`${file} is no ${kind} key in PEM form: ${messageOf(cause)}.`)
  }
}

function ed25519(key: KeyObject, file: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw unusable(`${file} is a key for ${key.asymmetricKeyType ?? key.type}; decisions are signed with ed25519.`)
}

function unusable(message: string): GateError {
  return new GateError('key-unusable', message, { hint: 'Make a pair with change-gate keygen --out FOLDER.' })
}
