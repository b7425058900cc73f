/** Headers that belong to one connection and are not forwarded (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  // Already answered by the proxy, and the body is complete when it is sent on.
  'expect',
]

const NOT_KEPT = [...HOP_BY_HOP, 'content-length', 'content-encoding', 'date', 'user-agent', 'accept-encoding']

/** Whether a recording keeps a header: it says something about the message, not about the connection or the client. */
export function isKeptHeader(name: string): boolean {
  return !NOT_KEPT.includes(name) && !name.startsWith(':')
}

/** What every HTTP client writes as it likes, and what carries the session. */
const OF_THE_CLIENT = [
  'accept',
  'accept-charset',
  'accept-language',
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'origin',
  'pragma',
  'priority',
  'proxy-authorization',
  'referer',
  'upgrade-insecure-requests',
]

/** Stands for the value of a header of which only the presence is compared. */
export const PRESENT = 'sent'

/** Whether a header of a request is one that a connector sets for the ERP, such as a key against doubles. */
export function isOwnHeader(name: string): boolean {
  return isKeptHeader(name) && !OF_THE_CLIENT.includes(name) && !name.startsWith('sec-')
}
