import { expect, test } from 'vitest'
import { leaksIn, masked } from './masking.ts'

const SECRETS = [
  { what: 'password', value: 'Sommer/2026+é' },
  { what: 'session-key', value: 'a1b2c3d4e5f6a7b8' },
  { what: 'authorization', value: Buffer.from('ap_connector:2:a1b2c3d4e5f6a7b8').toString('base64') },
]

test.each<[string, string, string]>([
  ['as it is', 'log in with Sommer/2026+é now', 'password'],
  ['in a URL', `?password=${encodeURIComponent('Sommer/2026+é')}`, 'password'],
  ['in base64', `auth ${Buffer.from('Sommer/2026+é').toString('base64')}`, 'password'],
  ['inside a longer one', `authorization: Session ${SECRETS[2]?.value}`, 'authorization'],
])('a secret is masked and told %s', (_, line, what) => {
  expect(leaksIn('stdout', `start\n${line}\nend`, SECRETS)).toEqual([
    { stream: 'stdout', line: 2, text: masked(line, SECRETS), what },
  ])
  expect(masked(line, SECRETS)).toContain('***')
  expect(masked(line, SECRETS)).not.toMatch(/Sommer|a1b2c3d4/)
})

test('an output without a secret stays as it is', () => {
  const text = 'AP-2026-10-001 posted I2026-00001'
  expect([masked(text, SECRETS), leaksIn('stdout', text, SECRETS)]).toEqual([text, []])
})

test.each([
  ['password', 'on the *** it is ***'],
  ['session-key', 'on the port it is port'],
])('a short %s is masked only where it is a password', (what, expected) => {
  expect(masked('on the port it is port', [{ what, value: 'port' }])).toBe(expected)
})

test('a value that is too short to be told from other text is not looked for', () => {
  expect(leaksIn('stdout', 'a port is free', [{ what: 'password', value: 'port' }])).toEqual([])
})
