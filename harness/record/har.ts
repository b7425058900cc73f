import { createHash } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import { toJson, writeJson } from '../base/json.ts'
import { bytesOf } from '../model/body.ts'
import type { Body, Interaction, SanitizedRecording } from '../model/recording.ts'
import { recordingLines } from './store.ts'

/**
 * A recording as HTTP Archive 1.2. It keeps the header and the digest of the recording, so that importing it again gives
 * the same recording and proves it. A recording keeps no host and no start times: the host is invented (`.invalid`), and
 * each entry starts when the one before it has ended, so that readers that sort keep the order.
 */
export function harOf(recording: SanitizedRecording, creator: Creator): string {
  return [...harParts(recording, creator)].join('')
}

type Creator = Readonly<{ name: string; version: string }>

/** The text of `harOf` in parts; the interactions are asked for one by one, twice. */
export function* harParts({ header, interactions }: SanitizedRecording, creator: Creator): Generator<string> {
  let at = Date.parse(header.recordedAt)
  if (Number.isNaN(at)) {
    throw new GateError('recording-unusable', `recordedAt "${header.recordedAt}" of the recording is no instant.`, {
      hint: 'Restore the recording from version control or record the export again.',
    })
  }
  const hash = createHash('sha256')
  for (const line of recordingLines(header, interactions)) hash.update(`${line}\n`)
  const digest = `sha256:${hash.digest('hex')}`
  const log = writeJson(toJson({ version: '1.2', creator, _recording: { header, digest } }))
  yield `{"log":${log.slice(0, -1)},"entries":[`
  const origin = `http://${header.integration.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.invalid`
  for (const [index, interaction] of interactions.entries()) {
    const start = index === 0 ? header.recordedAt : new Date(at).toISOString()
    yield `${index === 0 ? '' : ','}${writeJson(toJson(entryOf(interaction, start, origin)))}`
    at += interaction.durationMs
  }
  yield ']}}\n'
}

function entryOf({ request, response, durationMs }: Interaction, startedDateTime: string, origin: string) {
  const sent = bytesOf(request.body)
  const received = bytesOf(response.body)
  const query = [...new URLSearchParams(request.query)].map(([name, value]) => ({ name, value }))
  return {
    startedDateTime,
    time: durationMs,
    request: {
      method: request.method,
      url: `${origin}${request.path}${request.query}`,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: listOf(request.headers),
      queryString: query,
      ...(request.body === undefined
        ? {}
        : { postData: { mimeType: request.headers['content-type'] ?? '', ...contentOf(request.body, '_encoding') } }),
      headersSize: -1,
      bodySize: sent?.length ?? 0,
    },
    response: {
      status: response.status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: listOf(response.headers),
      content: {
        size: received?.length ?? 0,
        mimeType: response.headers['content-type'] ?? '',
        ...(response.body === undefined ? {} : contentOf(response.body, 'encoding')),
      },
      redirectURL: response.headers.location ?? '',
      headersSize: -1,
      bodySize: received?.length ?? 0,
    },
    cache: {},
    timings: { send: 0, wait: durationMs, receive: 0 },
  }
}

function listOf(headers: Readonly<Record<string, string>>): readonly Readonly<{ name: string; value: string }>[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }))
}

/** HAR 1.2 has no word for the encoding of a request's body; a custom one begins with an underscore. */
function contentOf(body: Body, encoding: 'encoding' | '_encoding'): Readonly<Record<string, string>> {
  if ('json' in body) return { text: writeJson(body.json) }
  return 'text' in body ? { text: body.text } : { text: body.base64, [encoding]: 'base64' }
}
