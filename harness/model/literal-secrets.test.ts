import { describe, expect, test } from 'vitest'
import { parseYaml } from '../base/yaml.ts'
import { ConnectorRun } from './connector.ts'

const run = (lines: string) => `invoices: { file: a.json, id: /id, supplier: /supplier, reference: /reference }
results:
  { from: file, invoice: /id, status: /status, statuses: { exported: [ok], not-exported: [no] } }
${lines}
`

describe('a secret that somebody wrote into the description of a connector', () => {
  test.each([
    ['a password', 'env: { TRYTON_PASSWORD: hunter2 }', '4:25'],
    ['a token behind a scheme', 'env: { AUTHORIZATION: Bearer hunter2 }', '4:23'],
    ['a key', 'env: { apiKey: hunter2 }', '4:16'],
    ['a part of a password', 'env: { PASSWORD: "hunter2{port}" }', '4:18'],
    ['a password in a URL', 'env: { DATABASE: "postgres://ap:hunter2@db/ap" }', '4:18'],
    ['a known kind of token', 'env: { CI: ghp_abcdefghijklmnopqrstuvwxyz0123456789 }', '4:12'],
    ['an argument', 'args: [--password, hunter2]', '4:20'],
    ['an argument in one', 'args: [--url, "{erp-url}", --api-token=hunter2]', '4:28'],
    [
      'a header',
      'service: { ready: { output: up }, request: { url: "{erp-url}", headers: { x-api-key: hunter2 } } }',
      '4:86',
    ],
  ])('%s is refused, and where it stands is told', (_name, lines, place) => {
    const refused = () => parseYaml(run(lines), ConnectorRun, 'integration.yaml')
    expect(refused).toThrow(`integration.yaml:${place}: `)
    expect(refused).toThrow('a secret must not stand in a file')
    expect(refused).not.toThrow('hunter2')
  })

  test.each([
    [
      'what the gate fills in',
      'env: { TRYTON_USER: "{erp-user}", TRYTON_PASSWORD: "{erp-password}", AUTHORIZATION: "Bearer {erp-password}" }',
    ],
    [
      'names that only sound like it',
      'env: { TOKEN_URL: "https://login.example", PASSWORD_FILE: /run/secret, KEYBOARD: de, BYPASS: "1" }',
    ],
    ['arguments', 'args: [--url, "{erp-url}", --password, "{erp-password}", --token, --verbose]'],
    ['nothing', 'env: { PASSWORD: "" }'],
  ])('%s is taken', (_name, lines) => {
    expect(() => parseYaml(run(lines), ConnectorRun, 'integration.yaml')).not.toThrow()
  })
})
