import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

/** Nothing of its own over the network, nothing left from an earlier run. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The machine's Chromium: `CHROMIUM_PATH`, or what the set-up found; `null` where there is none. */
export function findChromium(): { path: string; env: Record<string, string> } | null {
  const path = process.env.CHROMIUM_PATH;
  return path ? { path, env: {} } : inject('chromium');
}

/** A browser with a data folder of its own. `close` ends it and removes the folder. */
export async function openBrowser(
  program: { path: string; env: Record<string, string> },
  options: BrowserContextOptions,
): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'brakelight-chromium-'));
  const context = await chromium.launchPersistentContext(folder, {
    ...options,
    executablePath: program.path,
    env: { ...(process.env as Record<string, string>), ...program.env },
    headless: true,
    args: FLAGS,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a page did that it should not have. */
export interface Misdeeds {
  /** Errors and warnings on the console, breaches of the content security policy included. */
  readonly console: string[];
  /** Requests to anywhere but `origin`. */
  readonly foreign: string[];
}

export function watch(page: Page, origin: string): Misdeeds {
  const misdeeds: Misdeeds = { console: [], foreign: [] };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) misdeeds.console.push(message.text());
  });
  page.on('pageerror', (error) => misdeeds.console.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) misdeeds.foreign.push(request.url());
  });
  return misdeeds;
}
