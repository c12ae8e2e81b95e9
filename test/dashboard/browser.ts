import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Testing } from '../helper/database.ts'

/** Debian's package; nothing is downloaded. */
const CHROMIUM = process.env.DAYBATCH_TEST_CHROMIUM || '/usr/bin/chromium'
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export const noBrowser = existsSync(CHROMIUM)
  ? false
  : `${CHROMIUM} is not installed: the page is not tested (apt-get install chromium fonts-dejavu-core)`

/** Where screenshots go: build output, never part of the repository. */
export const SHOTS = process.env.DAYBATCH_TEST_SHOTS || join(tmpdir(), 'daybatch-screenshots')

/** How many times slower than this machine the browser computes; 6 is a slow phone. */
const SLOWNESS = Number(process.env.DAYBATCH_TEST_SLOWNESS || 1)

export const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 360, height: 740 },
}

export interface Watched {
  page: Page
  /** Addresses of requests that left the origin, errors of scripts, breaches of the policy: must stay empty. */
  faults: string[]
}

export async function startBrowser(t: Testing): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS.split(' ') })
  t.teardown(() => browser.close())
  return browser
}

/** A page of a context of its own, everything that it asks for and complains of written down. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: sizes.desktop,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
    ...options,
  })
  const page = await context.newPage()
  if (SLOWNESS > 1) {
    const session = await context.newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWNESS })
  }
  const faults: string[] = []
  context.on('request', request => {
    const url = request.url()
    if (!url.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(url)) faults.push(`request to ${url}`)
  })
  page.on('pageerror', error => faults.push(`script error: ${error.message}`))
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) faults.push(`policy: ${message.text()}`)
  })
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', event =>
    console.error('Content Security Policy breach: ' + event.violatedDirective + ' ' + event.blockedURI))`)
  page.setDefaultTimeout(15_000)
  return { page, faults }
}

/** Writes a screenshot as build output and returns its path. */
export async function shoot(page: Page, name: string): Promise<string> {
  await mkdir(SHOTS, { recursive: true })
  const path = join(SHOTS, `${name}.png`)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  return path
}
