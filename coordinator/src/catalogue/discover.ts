import { runInNewContext } from 'node:vm';
import type { DiscoveryRule } from '@brakelight/shared';
import type { GuardedClient } from './guarded-client.js';

const MAX_PAGE_BYTES = 2_000_000;
/** Longest time for a pattern; one that backtracks for longer is stopped. */
const PICK_MS = 500;
/** Look-around and back-references: no part of RE2, and not needed to find a link. */
const NOT_RE2 = /\(\?<?[=!]|\\[1-9k]/;

/** Where an object lies now, by its rule. @throws Error that says why it was not found */
export async function discover(rule: DiscoveryRule, client: GuardedClient): Promise<string> {
  const { url, text } = await client.page(rule.page, MAX_PAGE_BYTES);
  const link = pick(rule.pick, text);
  if (link === null) throw new Error('the page has nothing that fits the pattern');
  // Links in scripts and attributes are escaped, each in its way.
  const plain = link.replaceAll('\\/', '/').replaceAll('&amp;', '&').replaceAll('\\u0026', '&');
  if (!URL.canParse(plain, url)) throw new Error('what fits the pattern is no address');
  return new URL(plain, url).href;
}

/**
 * The first group of the first match.
 * @throws Error where the pattern is none, is outside RE2's subset, or takes too long
 */
export function pick(pattern: string, text: string): string | null {
  if (NOT_RE2.test(pattern)) throw new Error('the pattern has look-around or back-references');
  try {
    const found: unknown = runInNewContext(
      'new RegExp(pattern).exec(text)?.[1] ?? null',
      { pattern, text },
      { timeout: PICK_MS },
    );
    return typeof found === 'string' ? found : null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'the pattern takes too long' : `the pattern: ${message}`,
    );
  }
}
