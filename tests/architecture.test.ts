import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMPORT = /(?:\bfrom|\bimport\(?)\s*'([^']+)'/g;

interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Packages as they are named, files as paths from the root. */
  readonly imports: readonly string[];
}

function sourcesOf(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = [...text.matchAll(IMPORT)].map(([, to = '']) =>
        to.startsWith('.') ? relative(ROOT, normalize(join(ROOT, path, '..', to))).replaceAll(sep, '/') : to,
      );
      return { path: path.replaceAll(sep, '/'), text, imports };
    });
}

const shared = sourcesOf('shared/src');
const agent = sourcesOf('probe-agent/src');
const coordinator = sourcesOf('coordinator/src');
const room = (name: string) => coordinator.filter(({ path }) => path.startsWith(`coordinator/src/${name}/`));

/** Imports that are not among the allowed, as "file -> what". */
function strays(sources: readonly Source[], allowed: RegExp): string[] {
  expect(sources.length).toBeGreaterThan(0);
  return sources.flatMap(({ path, imports }) =>
    imports.filter((one) => !allowed.test(one)).map((one) => `${path} -> ${one}`),
  );
}

/** Files with a line that only another room may have. */
function saying(sources: readonly Source[], forbidden: RegExp): string[] {
  return sources.filter(({ text }) => forbidden.test(text)).map(({ path }) => path);
}

/** Files that lead back to themselves through what they import, as "a -> b -> a". */
function cycles(sources: readonly Source[]): string[] {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' -> ')];
    if (done.has(path)) return [];
    const found = (importsOf.get(path) ?? []).flatMap((to) =>
      visit(to.replace(/\.js$/, '.ts'), [...trail, path]),
    );
    done.add(path);
    return found;
  };
  return sources.flatMap(({ path }) => visit(path, []));
}

describe('the arrows of the house', () => {
  it('shared knows nobody, and does no input or output', () => {
    expect(strays(shared, /^(?:shared\/src\/|zod$|node:crypto$)/)).toEqual([]);
  });

  it('the agent knows shared only, and needs no engine', () => {
    const light =
      /^(?:probe-agent\/|@brakelight\/shared$|node:|(?:commander|ipaddr\.js|pino|ulid|undici|zod)$)/;
    expect(strays(agent, light)).toEqual([]);
  });

  it('the coordinator never knows the agent', () => {
    expect(strays(coordinator, /^(?!@brakelight\/probe-agent|probe-agent\/|deploy\/|tests\/)/)).toEqual([]);
  });

  it('detection is pure: no room beside it, no clock, no chance, no process', () => {
    const pure = /^(?:coordinator\/src\/detection\/|@brakelight\/shared$|node:crypto$)/;
    expect(strays(room('detection'), pure)).toEqual([]);
    const impure =
      /\bDate\.now\b|\bperformance\.|new Date\(\)|Math\.random|\bprocess\.|set(?:Timeout|Interval)/;
    expect(saying(room('detection'), impure)).toEqual([]);
  });

  it.each([
    ['store', ['store', 'detection']],
    ['live', ['live', 'logging.js']],
    ['network', ['network']],
    ['launcher', ['launcher']],
    ['measurement-server', ['measurement-server', 'logging.js']],
    ['sender', ['sender', 'detection', 'live', 'store', 'logging.js']],
    ['judge', ['judge', 'detection', 'live', 'store', 'logging.js']],
    ['alerts', ['alerts', 'live', 'network', 'logging.js']],
    ['simulation', ['simulation', 'detection']],
    ['problems', ['problems']],
  ])('%s looks down only', (name, below) => {
    const allowed = new RegExp(
      `^(?!coordinator/)|^coordinator/src/(?:${below.join('|').replaceAll('.', '\\.')})`,
    );
    expect(strays(room(name), allowed)).toEqual([]);
  });

  it('only the composition of the parts knows the HTTP application', () => {
    const parts = coordinator.filter(({ path }) => /^coordinator\/src\/(?!http\/)[^/]+\//.test(path));
    expect(strays(parts, /^(?!coordinator\/src\/http\/)/)).toEqual([]);
  });

  it('nobody leads back to itself: a file can be understood without those that use it', () => {
    for (const sources of [shared, agent, coordinator]) expect(cycles(sources)).toEqual([]);
  });

  it('only the store knows SQL; only the launcher speaks to ClickHouse beside it', () => {
    const others = coordinator.filter(({ path }) => !/^coordinator\/src\/(?:store|launcher)\//.test(path));
    expect(saying(others, /['"`\s](?:SELECT|INSERT INTO|ALTER TABLE)\s/)).toEqual([]);
    expect(strays(others, /^(?!@clickhouse\/)/)).toEqual([]);
  });

  it("only live/ knows Redis' keys", () => {
    const others = coordinator.filter(({ path }) => !path.startsWith('coordinator/src/live/'));
    expect(saying(others, /\$\{[\w.#]*[pP]refix\}:/)).toEqual([]);
    expect(
      saying(others, /[rR]edis\.(?:[hszl]?(?:get|set|del|add|rem)|multi|eval|pipeline|expire)\(/),
    ).toEqual([]);
  });
});
