import { expect, it } from 'vitest';
import { rangeOf } from './platform-server.js';

it.each([
  ['bytes=0-95999', [0, 95_999]],
  ['bytes=500-', [500, 999_999]],
  ['bytes=0-9999999', [0, 999_999]],
  ['bytes=-100', [999_900, 999_999]],
  ['bytes=1000000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-2', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,5-9', undefined],
  ['items=0-5', undefined],
  [undefined, undefined],
])('range %s', (header, expected) => {
  expect(rangeOf(header, 1_000_000)).toEqual(expected);
});
