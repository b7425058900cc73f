import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJson, toPlain } from '../base/json.ts'
import { runOf, withProgress } from '../decide/progress.ts'
import { ChangeAssessment } from '../model/assessment.ts'
import { LEFT_OUT_AS_NOISE } from '../model/noise.ts'
import { golden, variants } from './fixtures/golden.ts'
import { hostile } from './fixtures/hostile.ts'
import { huge, longest } from './fixtures/large.ts'
import html from './html.ts'
import json from './json.ts'
import { renderHistory } from './rendering/history-page.ts'

const EXECUTABLE = process.env.CHANGE_GATE_CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** What a color scheme can change: the elements, their names and their places are the same in both. */
const COLORS = ['color-contrast', 'link-in-text-block']
/** What A4, the narrower of the two, leaves between its margins, in CSS pixels. */
const PRINTED_WIDTH = 710
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')
const HAS_CHROMIUM = existsSync(EXECUTABLE)
if (!HAS_CHROMIUM) {
  console.error(`NOT TESTED: ${EXECUTABLE} is missing, so the HTML report was not opened. Set CHANGE_GATE_CHROMIUM.`)
}

let rendered: string | undefined

/** 100,000 invoices and 10,000 findings; rendering them takes seconds, so it happens once. */
function hugeReport(): string {
  rendered ??= html.render(huge())
  return rendered
}

/** The same with one invoice of every outcome: more rows of a table are more work for axe and no other markup. */
function brief(assessment: ChangeAssessment): ChangeAssessment {
  const outcomes = new Set<string>()
  const invoices = assessment.invoices.filter(({ outcome }) => !outcomes.has(outcome) && outcomes.add(outcome))
  return { ...assessment, invoices }
}

describe('html as text', () => {
  test.each(Object.entries(variants()))('%s: the same evidence is the same bytes', (_name, assessment) => {
    expect(html.render(assessment)).toBe(html.render(structuredClone(assessment)))
  })

  test('its policy allows its own style and script and nothing else', () => {
    const page = html.render(golden())
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#x27;', "'")
    const digest = (tag: string) =>
      createHash('sha256')
        .update(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '')
        .digest('base64')
    expect(policy?.replaceAll('&#x3D;', '=')).toBe(
      `default-src 'none'; style-src 'sha256-${digest('style')}'; script-src 'sha256-${digest('script')}'; base-uri 'none'; form-action 'none'`,
    )
  })

  test('refers to nothing outside but the sources of release notes', () => {
    const sources = golden().notes.map((note) => note.source)
    const addresses = [...html.render(golden()).matchAll(/(?:src|href|action)="([^"#][^"]*)"/g)].map(([, to]) => to)
    expect(addresses.filter((address) => !sources.includes(address ?? ''))).toEqual([])
  })

  test('carries the JSON assessment and names its digest', () => {
    const page = html.render(golden())
    const embedded = /<script type="application\/json" id="assessment">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
    expect(ChangeAssessment.parse(toPlain(parseJson(embedded)))).toEqual(golden())
    expect(page).toContain(`sha256:${createHash('sha256').update(json.render(golden())).digest('hex')}`)
  })

  test('page one counts what was left out as noise, and the companies whose totals differ', () => {
    const from = golden()
    const noisy = {
      what: 'values of stored documents',
      count: 1204,
      why: `${LEFT_OUT_AS_NOISE}party /name (coerced): why`,
    }
    const page = html.render({
      ...from,
      evidence: { ...from.evidence, notCompared: [noisy, { ...noisy, count: 2 }] },
      controlTotals: from.controlTotals.map((total, index) => ({
        ...total,
        entity: index === 0 ? 'Halden' : 'Søn',
        reconciles: index !== 0,
      })),
    })
    expect(page).toMatch(/1\s206 differences left out by 2 rules/)
    expect(page).toContain('Control totals differ in 1 of 2 companies.')
    expect(html.render(variants().go)).toContain('nothing is left out as noise')
  })

  test('hostile content leaves no unseen character, also not in the embedded JSON', () => {
    expect(html.render(hostile()).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Cs}/u)
    const embedded = /id="assessment">(.*?)<\/script>/s.exec(html.render(hostile()))?.[1] ?? ''
    expect(ChangeAssessment.parse(toPlain(parseJson(embedded)))).toEqual(hostile())
  })

  test('says how much it does not show, and stays below its size', { timeout: 90_000 }, () => {
    const page = hugeReport()
    expect(page.length).toBeLessThan(2_000_000)
    expect(page).toContain('Showing 300 of 8\u202f334</strong> that weigh')
    expect(page).toContain('Showing 200 of 1\u202f666')
    expect(page).toContain('Showing 500 of 100\u202f000')
  })
})

describe('status', () => {
  test('only what ends the way back warns, the first to pass first, and page one says when nothing does', () => {
    const { rollback } = golden()
    const point = (text: string, by: string | null) => ({ changeClass: 'C7', text, by })
    const render = (points: ReturnType<typeof point>[]) =>
      html.render({ ...golden(), rollback: { ...rollback, pointOfNoReturn: points } })
    const page = render([
      point('None: what was refused waits in the queue.', null),
      point('The rotation of the logs.', null),
      point('The payment run.', '2026-12-10'),
    ])
    const list = /Points of no return<\/h3>(.*?)<h3>/s.exec(page)?.[1] ?? ''
    const told = [...list.matchAll(/class="icon (\w+)".*?<strong>(.*?)<\/strong>: <bdi>(.*?)<\/bdi>/g)]
    expect(told.map(([, ...parts]) => parts)).toEqual([
      ['warn', '2026-12-10', 'The payment run.'],
      ['warn', 'No date', 'The rotation of the logs.'],
      ['ok', 'None', 'What was refused waits in the queue.'],
    ])
    expect(page).not.toContain('the way back stays open')
    expect(render([point('None: the build is kept.', null)])).toContain(
      'No point of no return: the way back stays open.',
    )
  })

  test('what has no weight in the decision is told as information', () => {
    const { findings } = golden()
    const information = findings.filter(({ severity }) => severity === 'info')
    const rows = [...html.render(golden()).matchAll(/<tr id="f-(\w+)".*?<\/tr>/g)]
    expect(rows.map(([, fingerprint]) => fingerprint).sort()).toEqual(
      information.map(({ fingerprint }) => fingerprint).sort(),
    )
    for (const [row] of rows) expect(row).not.toMatch(/class="icon no"|> unexpected/)
  })
})

describe.skipIf(!HAS_CHROMIUM && process.env.CI === undefined)('html in Chromium', () => {
  let browser: Browser
  let folder: string

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS })
    folder = mkdtempSync(join(tmpdir(), 'change-gate-report-'))
  })

  afterAll(async () => {
    await browser?.close()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  /** Opens a report from disk; anything it asks of the network, and anything that it forges, fails the test. */
  async function open(given: ChangeAssessment | string, options: BrowserContextOptions = {}, hash = ''): Promise<Page> {
    const report = typeof given === 'string' ? given : html.render(given)
    const file = join(folder, `${createHash('sha256').update(report).digest('hex')}.html`)
    writeFileSync(file, report)
    const page = await (await browser.newContext(options)).newPage()
    page.on('pageerror', (error) => {
      throw error
    })
    page.on('console', (message) => {
      if (message.type() === 'error') throw new Error(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) throw new Error(`The report asked for ${request.url()}`)
    })
    page.on('dialog', (dialog) => {
      throw new Error(`The report opened a dialog: ${dialog.message()}`)
    })
    await page.goto(pathToFileURL(file).href + hash)
    return page
  }

  // axe itself is JavaScript: the page of a reader who has switched it off is the page without its script.
  test.each(['with', 'without'])('axe finds nothing at 360 and 1440 px, light and dark, %s script', async (script) => {
    const report = html.render(brief(golden()))
    const page = await open(script === 'with' ? report : report.replace(/<script>[\s\S]*?<\/script>/, ''))
    expect(await page.locator('form:visible').count()).toBe(script === 'with' ? 2 : 0)
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await violations(page)).toEqual([])
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await violations(page, COLORS)).toEqual([])
    }
    await page.context().close()
  })

  test.each([
    ['go', variants().go],
    ['conditional', variants().conditional],
    ['undecided', variants().undecided],
    ['longest', longest()],
    ['hostile', hostile()],
  ])('axe finds nothing on a phone: %s', async (_name, assessment) => {
    const page = await open(brief(assessment), { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    expect(await violations(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  test('axe finds nothing with filters in use and every part open', async () => {
    const page = await open(brief(variants().conditional), {
      viewport: { width: 360, height: 900 },
      colorScheme: 'dark',
    })
    await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    await page.getByLabel('Loudness').selectOption('silent')
    await page.getByLabel('Search invoices').fill('Müller')
    expect(await violations(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.getByLabel('Search findings').fill('nothing has this text')
    await page.setViewportSize({ width: 1440, height: 900 })
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })

  test.each<[string, ChangeAssessment]>([
    ...Object.entries(variants()),
    ['longest', longest()],
    ['hostile', hostile()],
  ])('page one of %s is one page of A4 and one of Letter', async (name, assessment) => {
    const page = await open(assessment, { colorScheme: 'dark' })
    if (name === 'go') expect(pagesOf(await page.pdf({ format: 'A4' }))).toBeGreaterThan(1)
    await page.evaluate(
      "document.querySelectorAll('main > section:not(#board), footer').forEach((part) => part.remove())",
    )
    expect(pagesOf(await page.pdf({ format: 'A4', printBackground: true }))).toBe(1)
    expect(pagesOf(await page.pdf({ format: 'Letter', printBackground: true }))).toBe(1)
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: PRINTED_WIDTH, height: 1_000 })
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  test('the history of runs: axe finds nothing, and what is new, open and fixed is there without JavaScript', async () => {
    const at = (assessment: ChangeAssessment, day: string) =>
      runOf({ ...assessment, meta: { ...assessment.meta, assessedAt: `${day}T08:00:00.000Z` } }, `t/c/runs/${day}.json`)
    const { go, ...others } = variants()
    const half = { ...golden(), findings: golden().findings.slice(3) }
    const runs = [at(golden(), '2026-11-01'), at(half, '2026-11-02'), at(golden(), '2026-11-03'), at(go, '2026-11-04')]
    const { change, integration } = hostile()
    const page = await open(
      renderHistory({
        changes: [
          { ...change, integration: 't', change: 'c', integrationTitle: integration.title, runs: withProgress(runs) },
          {
            ...{ integration: 't', change: 'd', id: 'CHG-0043', title: 'Of all verdicts', integrationTitle: 'Tryton' },
            runs: withProgress(Object.values(others).map((each, index) => at(each, `2026-10-0${index + 1}`))),
          },
        ],
        unreadable: [{ file: 't/c/runs/x.json', why: '<script>window.forged = true</script>' }],
      }),
    )
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      expect(await violations(page)).toEqual([])
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await violations(page, COLORS)).toEqual([])
    }
    const plain = await open(await page.content(), { javaScriptEnabled: false })
    const lines = await plain.locator('table').first().locator('summary').allInnerTexts()
    const words = lines.map((line) => line.replace(/^\d+ /, ''))
    // The golden run did not check everything, so that what is not seen in it is not known to be fixed.
    expect(words).toEqual([
      ...['fixed', 'new', 'still open', 'still open', 'not seen, and not checked', 'open in the first run'],
    ])
    await plain.locator('summary').first().click()
    expect(await plain.locator('details[open] li').first().isVisible()).toBe(true)
    await page.context().close()
    await plain.context().close()
  })

  test('print is light, complete and has no controls, whatever the screen shows', async () => {
    const page = await open(golden(), { colorScheme: 'dark' })
    await page.getByLabel('Loudness').selectOption('loud')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(24, 32, 42)')
    expect(await page.locator('#findings [data-item]:visible').count()).toBe(golden().findings.length)
    expect(await page.locator('form:visible, nav:visible').count()).toBe(0)
    expect(await page.locator('details pre:visible').count()).toBe(
      golden().findings.filter((finding) => finding.suggestion !== null).length,
    )
    await page.context().close()
  })

  test('everything is there without JavaScript, and a link leads to its finding or into an invoice', async () => {
    const [finding] = golden().findings
    const page = await open(golden(), { javaScriptEnabled: false }, `#f-${finding?.fingerprint}`)
    expect(await page.locator('#findings [data-item]:visible').count()).toBe(golden().findings.length)
    expect(await page.locator('.invoices tbody tr:visible').count()).toBe(golden().invoices.length)
    expect(await page.locator('form:visible').count()).toBe(0)
    expect(await page.locator('.finding:target').getAttribute('id')).toBe(`f-${finding?.fingerprint}`)
    const side = page.locator('#s-1')
    expect(await side.isVisible()).toBe(false)
    await page.locator('.invoices a[href="#s-1"]').click()
    expect(await side.isVisible()).toBe(true)
    const differing = side.locator('tbody tr').filter({ hasText: 'differs' })
    expect(await differing.locator('> *').allInnerTexts()).toEqual([
      ...['/lines/0/analytic_accounts/0', 'D30', 'D30 Logistics', 'not there', ' differs'],
      ...['/total_amount', '18450.00', '15504.20', '18450.00', ' differs'],
    ])
    await page.context().close()
  })

  test('search and filters narrow the list, say so, and survive in the address', async () => {
    const page = await open(golden())
    await page.getByLabel('Loudness').selectOption('silent')
    await page.getByLabel('Search findings').fill('department')
    const expected = await page.locator('#findings [data-item]:visible').count()
    expect(expected).toBe(1)
    expect(await page.locator('#findings [role=status]').textContent()).toBe('Showing 1 of 12')
    const { hash } = new URL(page.url())
    expect(hash).toBe('#findings?q=department&loudness=silent')
    const again = await open(golden(), {}, hash)
    expect(await again.locator('#findings [data-item]:visible').count()).toBe(expected)
    const loud = golden().findings.find((finding) => finding.loudness === 'loud')
    await again.evaluate(`location.hash = 'f-${loud?.fingerprint}'`)
    await again.waitForFunction("document.activeElement?.matches('.finding:target')")
    expect(await again.locator('#findings [data-item]:visible').count()).toBe(golden().findings.length)
    await page.context().close()
    await again.context().close()
  })

  test('the keyboard alone reaches the verdict, a filter and a finding', async () => {
    const page = await open(golden())
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the verdict')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('main')
    await page.keyboard.press('Tab')
    expect(await page.evaluate("document.activeElement?.getAttribute('href')")).toMatch(/^#f-[0-9a-f]{12}$/)
    await page.keyboard.press('Enter')
    await page.waitForFunction("document.activeElement?.matches('.finding:target')")
    let steps = 0
    await page.getByLabel('Search findings').focus()
    while (steps < 200 && (await page.evaluate('document.activeElement?.tagName')) !== 'SUMMARY') {
      await page.keyboard.press('Tab')
      steps += 1
    }
    await page.keyboard.press('Enter')
    expect(await page.evaluate("document.activeElement?.parentElement?.hasAttribute('open')")).toBe(true)
    await page.context().close()
  })

  test.each([true, false])('hostile content is inert and shown, JavaScript %s', async (javaScriptEnabled) => {
    const page = await open(hostile(), { javaScriptEnabled })
    expect(await page.locator('img, iframe, [onerror], [onload], [onmouseover], a[href^="javascript"]').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(2)
    expect(await page.locator('main').textContent()).toContain('<img src=x onerror="window.forged = true">')
    expect(await page.locator('main').textContent()).toContain('⟨U+202E⟩')
    if (javaScriptEnabled) expect(await page.evaluate("'forged' in window")).toBe(false)
    await page.context().close()
  })

  // The best of three: other work on the machine only ever makes it slower.
  test('100,000 invoices and 10,000 findings are interactive within 2 s', { timeout: 90_000 }, async () => {
    const times: number[] = []
    for (const _ of [1, 2, 3]) {
      const page = await open(hugeReport())
      times.push(await page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
      await page.context().close()
    }
    expect(Math.min(...times)).toBeLessThan(2_000)
  })
})

/** What axe objects to, best-practice rules included. */
async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE)
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules === undefined ? {} : { runOnly: rules }) })
  return JSON.parse(
    await page.evaluate(`axe.run(document, ${options}).then(({ violations }) => JSON.stringify(
      violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target + ' ' + node.failureSummary).join('; ')),
    ))`),
  )
}

/** How many pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

function pagesOf(pdf: Buffer): number {
  return pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0
}
