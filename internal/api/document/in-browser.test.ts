import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../testkit/chromium.js';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { type Listening, listen } from '../http/listen.js';

const program = findChromium();
const describeInChromium = program === undefined ? describe.skip : describe;
if (program === undefined) console.warn('no Chromium: the tests of the docs page in a browser are skipped');

/** The rules of WCAG 2.2 AA, and axe's best practices beyond them. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WAYS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1280].map((width) => ({ colorScheme, width })),
);

// Each page takes some seconds, and as many times more as the machine is slower.
jest.setTimeout(240_000);

describeInChromium('the page for people in Chromium', () => {
  let api: TestApi;
  let server: Listening;
  let browser: Browser;
  beforeAll(async () => {
    api = await makeTestApi({ webhookProxies: true });
    server = await listen(api.app, { host: '127.0.0.1', port: 0 });
    // Chromium has no sandbox for root. It only opens our own page.
    browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop(0);
    await api.stop();
  });

  interface Opened {
    readonly page: Page;
    /** Warnings and errors of the console. Violations of the content security policy are among them. */
    readonly complaints: string[];
    readonly asked: string[];
  }

  async function open(options: BrowserContextOptions): Promise<Opened> {
    const page = await (await browser.newContext(options)).newPage();
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => void complaints.push(message.text()));
    page.on('pageerror', (error) => void complaints.push(String(error)));
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await page.goto(`http://127.0.0.1:${server.port}/`);
    return { page, complaints, asked };
  }

  const unfold = (page: Page) =>
    page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');

  interface Judged {
    /** Rules with the first places that break them, or that axe cannot judge. */
    readonly violations: readonly (readonly [rule: string, places: readonly string[]])[];
    readonly unsure: readonly (readonly [rule: string, places: readonly string[]])[];
    readonly passed: readonly string[];
  }

  /**
   * Only the needed results leave the browser: the places of all rules that pass are 6,000 elements, many times over.
   */
  async function judge(page: Page): Promise<Judged> {
    await page.evaluate(axe.source);
    return page.evaluate<Judged>(`{
      const named = (results) => results.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]);
      const only = { runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} }, resultTypes: ['violations', 'incomplete'] };
      axe.run(document, only).then(({ violations, incomplete, passes }) =>
        ({ violations: named(violations), unsure: named(incomplete), passed: passes.map(({ id }) => id) }));
    }`);
  }

  it.each(WAYS)('is accessible and fits, in $colorScheme colours at $width px', async ({ colorScheme, width }) => {
    const { page, complaints, asked } = await open({ colorScheme, viewport: { width, height: 800 } });
    expect([new URL(page.url()).pathname, asked]).toEqual(['/docs', ['/', '/docs']]);
    // A rule takes many seconds for 6,000 elements. The folded page has nothing that the unfolded one has not.
    await unfold(page);
    const { violations, unsure, passed } = await judge(page);
    expect(violations).toEqual([]);
    expect(unsure).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(['color-contrast', 'target-size', 'heading-order', 'region']));
    const beyond = await page.evaluate<readonly string[]>(`[...document.querySelectorAll('body *')]
      .filter((each) => each.scrollWidth > each.clientWidth && each.clientWidth > 1 && getComputedStyle(each).display !== 'inline'
        || each.getBoundingClientRect().right > document.documentElement.clientWidth)
      .map((each) => each.outerHTML.slice(0, 200))`);
    expect(beyond).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(complaints).toEqual([]);
  });

  it('can be read by the keyboard: the first link skips to the operations, and Enter unfolds one', async () => {
    const { page } = await open({ viewport: { width: 360, height: 800 } });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the operations');
    expect(await page.evaluate('document.activeElement.getBoundingClientRect().height')).toBeGreaterThanOrEqual(24);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open] pre').first().textContent()).toContain('curl -s ');
  });

  it('complains when anything is added that the policy does not allow: the tests above would see it', async () => {
    const { page, complaints } = await open({ viewport: { width: 360, height: 800 } });
    const complaint = page.waitForEvent('console');
    await page.evaluate('document.body.append(Object.assign(document.createElement("style"), { textContent: "a{}" }))');
    await complaint;
    expect(complaints).toEqual([expect.stringContaining('Content Security Policy')]);
    await page.evaluate(`document.body.append(Object.assign(document.createElement('img'), {}),
      Object.assign(document.createElement('p'), { textContent: 'x', hidden: false }))`);
    expect((await judge(page)).violations.map(([rule]) => rule)).toContain('image-alt');
  });
});
