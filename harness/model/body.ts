import { isUtf8 } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { parseJson, writeJson } from '../base/json.ts'
import type { Body } from './recording.ts'

/** Keeps the bytes of a message: as JSON where they are JSON, as text where they are text, else as base64. */
export function bodyOf(bytes: Buffer, encoding?: string): { body?: Body } {
  if (bytes.length === 0) return {}
  const decoded = decode(bytes, encoding)
  if (!isUtf8(decoded)) return { body: { base64: decoded.toString('base64') } }
  const text = decoded.toString('utf8')
  try {
    return { body: { json: parseJson(text) } }
  } catch {
    return { body: { text } }
  }
}

/** The bytes of a body, to be sent. */
export function bytesOf(body: Body | undefined): Buffer | null {
  if (body === undefined) return null
  if ('json' in body) return Buffer.from(writeJson(body.json))
  return 'text' in body ? Buffer.from(body.text) : Buffer.from(body.base64, 'base64')
}

function decode(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(bytes)
  if (encoding === 'br') return brotliDecompressSync(bytes)
  if (encoding === 'deflate') return inflateSync(bytes)
  return bytes
}
