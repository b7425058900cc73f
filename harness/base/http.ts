/** Statuses that say nothing about a record and may be gone in a moment. */
const PASSING = [408, 425, 429, 500, 502, 503, 504]

/** Whether a status is about the connection or the load of a server, so that asking again makes sense. */
export function isPassing(status: number): boolean {
  return PASSING.includes(status)
}

/** Milliseconds that `Retry-After` asks to wait, in seconds or as a date (RFC 9110 §10.2.3); `undefined` without one. */
export function retryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const text = headers['retry-after']
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // A date has letters in it; the engine also takes a fraction or a negative number for one.
  const at = /[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
