/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, type Misdeeds, openBrowser, watch } from './chromium.js';
import { faintShades, faintTexts } from './contrast.js';
import { type Knowledge, serve } from './coordinator.js';
import { cells, incidents, targets } from './fixtures.js';

const program = findChromium();
const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const PAGES = ['#/', '#/?source=4ndv', '#/places/IS', '#/incidents/live-1', '#/incidents/past-1', '#/about'];

describe.skipIf(program === null)('the page, in a real browser', () => {
  const knowledge: Knowledge = { targets: [], cells: [], incidents: [], broken: false };
  let coordinator: Awaited<ReturnType<typeof serve>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;
  let misdeeds: Misdeeds;

  beforeAll(async () => {
    if (!program) return;
    coordinator = await serve(knowledge);
    browser = await openBrowser(program, { viewport: SIZES.desk, reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await browser?.close();
    await coordinator?.app.close();
  });
  beforeEach(async (context) => {
    Object.assign(knowledge, { targets, cells, incidents, broken: false });
    page = await browser.context.newPage();
    misdeeds = watch(page, coordinator.url);
    context.onTestFinished(() => page.close());
  });

  const open = async (fragment: string) => {
    // A change of the fragment alone would not load the page anew.
    await page.goto('about:blank');
    await page.goto(`${coordinator.url}/${fragment}`, { waitUntil: 'networkidle' });
    await page.locator('.waiting').waitFor({ state: 'detached' });
    await page.locator('h1').waitFor();
  };

  it('draws what the interface answers, page after page of it', async () => {
    await open('#/');
    const painted = await page.locator('.country').count();
    const measured = new Set(
      cells.filter(({ source }) => source === 'network').map(({ country }) => country),
    );
    expect(painted).toBe(measured.size);
    expect(await page.locator('[data-country=IS]').getAttribute('aria-label')).toBe(
      'Iceland, throttled, Chirper, 1 open incident',
    );
    const listed = await page.locator('.incidents h3').allTextContents();
    expect(listed).toEqual([
      'Chirper is being throttled in Iceland',
      'Tubes is being blocked in Peru',
      'Tubes is being frozen after a few kilobytes in Mongolia',
      'Chirper may be throttled in Portugal',
      'Chirper was throttled in Poland',
    ]);
    expect(await page.locator('h1').textContent()).toBe('2 platforms are held back in 3 countries');
  });

  it('lists what is throttled now, network by network, and on what promise; nothing of the kind of history', async () => {
    await open('#/');
    const list = page.locator('.throttled-now');
    expect(await list.locator('tbody tr').allTextContents()).toEqual([
      'Example North (AS64500)ChirperIceland128 kbit/s87%20 Nov 2026, 03:00 UTCTriggered by the name',
    ]);
    expect(await list.locator('p').textContent()).toContain('No more than 5% of such a list');
    expect(await list.getByRole('link').getAttribute('href')).toBe('#/incidents/live-1');
    await open('#/?source=4ndv');
    expect(await list.count()).toBe(0);
  });

  it('never paints silence as normal', async () => {
    await open('#/');
    const fill = (country: string) =>
      page.locator(`[data-country=${country}] path`).evaluate((path) => getComputedStyle(path).fill);
    expect(await fill('MA')).toContain('map-insufficient');
    expect(await fill('MA')).not.toBe(await fill('DE'));
    // India: no cell at all, so neither a link nor a colour.
    expect(await page.locator('[data-country=IN]').count()).toBe(0);
  });

  it('colours by one platform when asked, and keeps it over a reload', async () => {
    await open('#/');
    await page.getByRole('combobox').selectOption('picturegram');
    await page.locator('.country-throttled').waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('.country').first().waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('picturegram');
    expect(await page.locator('.country-throttled').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toBe('Nobody is seen braking');
  });

  it('marks an import as historical wherever it shows', async () => {
    await open('#/');
    await page.getByRole('radio', { name: 'Historical: 4ndv' }).check();
    await page.locator('.country-throttled').waitFor();
    expect(await page.locator('h1').textContent()).toBe(
      'Twitter was throttled in Russia, 13 March 2021 to 17 May 2021',
    );
    expect(await page.locator('.historical .stamp').isVisible()).toBe(true);
    expect(await page.locator('.incident .stamp').count()).toBe(1);
    for (const fragment of ['#/places/RU?source=4ndv', '#/incidents/past-1']) {
      await open(fragment);
      expect(await page.locator('.historical .stamp').isVisible()).toBe(true);
    }
  });

  it('goes from the map to an incident with the keyboard alone', async () => {
    await open('#/');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-country') ?? null);
    for (let i = 0; i < 20 && (await focused()) !== 'IS'; i++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('IS');
    const ring = await page
      .locator('[data-country=IS] path')
      .evaluate((path) => getComputedStyle(path).strokeWidth);
    expect(Number.parseFloat(ring)).toBeGreaterThanOrEqual(3);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Iceland' }).waitFor();
    await page.getByRole('link', { name: 'Chirper is being throttled in Iceland' }).waitFor();
    const text = () => page.evaluate(() => document.activeElement?.textContent);
    for (let i = 0; i < 10 && (await text()) !== 'Chirper is being throttled in Iceland'; i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Chirper and control over time' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/incidents/live-1');
  });

  it('shows one incident with its course, its networks and what it rests on', async () => {
    await open('#/incidents/past-1');
    expect(await page.locator('.line-target').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L.*M/s);
    expect(await page.locator('.mark-text').allTextContents()).toEqual(['began', 'lifted']);
    const rows = (name: string) => page.getByRole('region', { name }).locator('tbody tr').count();
    const affected = await rows('Affected networks');
    await page.getByText(/networks without a finding/).click();
    expect(affected).toBeGreaterThan(0);
    expect(affected + (await rows('Other networks'))).toBe(26);
    expect(await page.locator('.facts').textContent()).toContain('without any 211 of the subnets');
    expect(await page.locator('.events li').count()).toBe(3);
    const slider = page.getByLabel('Moment of the chart');
    await slider.focus();
    await slider.press('Home');
    expect(await page.locator('.readout').textContent()).toMatch(/Mbit\/s, control .* slow, \d+ tests/);
    const evidence = await page.getByRole('link', { name: 'The evidence' }).getAttribute('href');
    expect(evidence).toBe(`${coordinator.url}/v1/incidents/past-1/evidence`);
  });

  it('says in plain words which way an incident brakes, and how', async () => {
    const figures = () => page.locator('.figures div').allTextContents();
    await open('#/incidents/live-1');
    expect((await figures()).slice(4)).toEqual([
      'Held backDownloads and uploadseach shown by tests of its own',
      'HowExcess is droppedwhat comes faster than the rate is thrown away: policing (12 of 13 name-swap tests that tell)',
    ]);
    await open('#/incidents/past-1');
    expect((await figures()).slice(4)).toEqual([
      'Held backDownloadsthat uploads are, too, was not shown',
      'HowNot knownno test could tell',
    ]);
    await open('#/incidents/live-2');
    expect((await figures()).slice(4)).toEqual([
      'Held backConnectionsthey fail before anything is carried, either way',
      'HowConnections failthey are refused, cut, or never answered',
    ]);
    await open('#/');
    expect((await page.locator('.incident .tags').allTextContents()).slice(0, 2)).toEqual([
      'Going onTriggered by the nameDownloads and uploads held back; excess is dropped',
      'Going onFails here, not elsewhere',
    ]);
  });

  it('follows what changes without being asked', async () => {
    await open('#/');
    knowledge.incidents = [];
    await page.getByText('None so far.').waitFor({ timeout: 30_000 });
  });

  it('says how to join where there is nothing yet, and points to an import', async () => {
    Object.assign(knowledge, { cells: [], incidents: [] });
    await open('#/');
    expect(await page.locator('h1').textContent()).toBe('Nothing is measured yet');
    expect(await page.getByText('brakelight-probe join').textContent()).toContain(coordinator.url);
    expect(await page.getByRole('link', { name: '4ndv, historical' }).isVisible()).toBe(true);
  });

  it('says what went wrong, and keeps what it knew', async () => {
    await open('#/incidents/nothing');
    expect(await page.getByRole('alert').textContent()).toContain('No such incident');
    await open('#/');
    knowledge.broken = true;
    await page.getByText('Not up to date.').waitFor({ timeout: 30_000 });
    expect(await page.locator('.country').count()).toBeGreaterThan(0);
    knowledge.broken = false;
    await page.getByText('Not up to date.').waitFor({ state: 'detached', timeout: 30_000 });
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`is legible, tidy and quiet in ${scheme}, on a desk and on a phone`, async () => {
      for (const size of Object.values(SIZES)) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: scheme });
        for (const fragment of PAGES) {
          await open(fragment);
          const where = `${fragment} at ${size.width} px`;
          expect(await faintTexts(page), where).toEqual([]);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflow, where).toBeLessThanOrEqual(0);
          expect(await structure(page), where).toEqual({ h1: 1, skipped: [], nameless: [], twice: [] });
        }
      }
      expect(await faintShades(page)).toEqual([]);
      expect(misdeeds).toEqual({ console: [], foreign: [] });
    });
  }

  it('remembers a choice of light or dark against the system', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await open('#/about');
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await paper();
    await page.getByRole('button', { name: 'Auto' }).click();
    await page.getByRole('button', { name: 'Light' }).click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
    await page.getByRole('button', { name: 'Dark' }).click();
    expect(await paper()).toBe(light);
  });
});

describe('what the page is served with', () => {
  const knowledge: Knowledge = { targets, cells, incidents, broken: false };

  it('forbids everything but its own origin, and lets assets be kept', async (context) => {
    const { url, app } = await serve(knowledge);
    context.onTestFinished(() => app.close());
    const answer = await fetch(`${url}/`);
    const html = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)/);
    const asset = /assets\/index-[\w-]+\.js/.exec(html)?.[0];
    const script = await fetch(`${url}/${asset}`, { headers: { 'accept-encoding': 'br' } });
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(await script.text()).not.toContain('ZodError');
  });
});

/** What a screen reader would stumble over: headings out of order, controls without a name, ids used twice. */
function structure(page: Page) {
  return page.evaluate(() => {
    const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) =>
      Number(heading.tagName[1]),
    );
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    const controls = [
      ...document.querySelectorAll('a, button, input, select, [role=img], [role=group], [tabindex="0"]'),
    ];
    const nameOf = (element: Element) =>
      element.getAttribute('aria-label') ??
      element.getAttribute('aria-labelledby') ??
      (element as HTMLInputElement).labels?.[0]?.textContent ??
      element.textContent;
    return {
      h1: levels.filter((level) => level === 1).length,
      skipped: levels.filter((level, i) => level - (levels[i - 1] ?? 0) > 1),
      nameless: controls.filter((element) => !nameOf(element)?.trim()).map(({ outerHTML }) => outerHTML),
      twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    };
  });
}
