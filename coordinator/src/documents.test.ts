import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const read = (name: string) => readFileSync(pathOf(name), 'utf8');

/** Variables in the schema of a `config.ts`, by its text: what stands at the begin of a line, in capitals. */
function variablesOf(source: string): string[] {
  const text = read(source);
  const schema = text.slice(text.indexOf('const Environment = z.object({'));
  const names = schema.slice(0, schema.indexOf('\n});')).matchAll(/^ {2}([A-Z][A-Z_]+):/gm);
  return [...names].map(([, name = '']) => name).sort();
}

/** Variables in the tables of a part of the document. */
function documented(part: string): string[] {
  const [, text = ''] = read('docs/configuration.md').split(`\n## ${part}\n`);
  const rows = (text.split(/\n## /)[0] ?? '').matchAll(/^\| `([A-Z_]+)` \|/gm);
  return [...rows].map(([, name = '']) => name).sort();
}

describe('docs/configuration.md', () => {
  it.each([
    ['Coordinator', 'coordinator/src/config.ts'],
    ['Probe agent', 'probe-agent/src/config.ts'],
  ])('names the variables of the %s, all of them and no others', (part, source) => {
    expect(variablesOf(source).length).toBeGreaterThan(5);
    expect(documented(part)).toEqual(variablesOf(source));
  });
});

describe('docs/promises.md', () => {
  it('names tests that exist', () => {
    const named = [...read('docs/promises.md').matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !existsSync(pathOf(name)))).toEqual([]);
  });
});
