/** Headers that carry credentials, whatever the ERP. */
export const SECRET_HEADERS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-csrf-token',
]

/** The secrets that a header carries: all of it, and the parts that may stand somewhere else by themselves. */
export function secretsInHeader(name: string, value: string): readonly string[] {
  // "Session abc" and "Bearer abc": the scheme is not secret, what follows is.
  const [, scheme = '', rest = value] = /^(\w+) (.*)$/s.exec(value) ?? []
  const password =
    scheme.toLowerCase() === 'basic' ? /:(.+)$/s.exec(Buffer.from(rest, 'base64').toString())?.[1] : undefined
  // The key of a session is long; a short cookie is a language or a theme, whose value stands in many places.
  const cookies = name.endsWith('cookie')
    ? [...value.matchAll(/=([^;,\s]{12,})/g)].map(([, cookie = '']) => cookie)
    : []
  return [rest, rest.replace(/=+$/, ''), password ?? '', ...cookies]
}
