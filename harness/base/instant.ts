/** An instant for people: `2026-12-05 20:00 UTC`; another offset is kept as it was given. */
export function instant(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.exec(text)
  if (!match) return text
  const [, date, time, zone] = match
  return `${date} ${time} ${zone === 'Z' ? 'UTC' : zone}`
}
