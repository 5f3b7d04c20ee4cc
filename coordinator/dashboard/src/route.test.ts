import { describe, expect, it } from 'vitest';
import { href, parseRoute } from './route.js';

const NOTHING = { source: null, target: null, region: null };

describe('addresses', () => {
  it.each([
    ['', { name: 'atlas' }],
    ['#/', { name: 'atlas' }],
    ['#/places/RU', { name: 'place', country: 'RU' }],
    ['#/places/ru', { name: 'lost' }],
    ['#/incidents/a%2Fb', { name: 'incident', id: 'a/b' }],
    ['#/incidents/%', { name: 'lost' }],
    ['#/about', { name: 'about' }],
    ['#/elsewhere', { name: 'lost' }],
  ])('%s', (hash, page) => expect(parseRoute(hash)).toEqual({ page, view: NOTHING }));

  it('reads what it writes', () => {
    const page = { name: 'incident', id: 'x y/z?#' } as const;
    const view = { source: '4ndv', target: 'twitter', region: null };
    expect(parseRoute(href(page, view))).toEqual({ page, view });
  });
});
