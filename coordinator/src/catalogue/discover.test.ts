import { describe, expect, it } from 'vitest';
import { pick } from './discover.js';

describe('picking a link from a page', () => {
  it('gives the first group of the first match', () => {
    expect(pick('src="(/a/[0-9]+\\.js)"', '<script src="/a/17.js"><script src="/a/18.js">')).toBe('/a/17.js');
    expect(pick('src="([a-z]+\\.css)"', '<script src="/a/17.js">')).toBeNull();
    expect(pick('src=', 'src=')).toBeNull();
  });

  it('stops a pattern that backtracks without end', () => {
    expect(() => pick('(a+)+$', `${'a'.repeat(40)}!`)).toThrow('takes too long');
  });

  it.each(['(?=a)(b)', '(?<!a)(b)', '(a)\\1', '(?<n>a)\\k<n>'])(
    'refuses %s, which is not of RE2',
    (pattern) => {
      expect(() => pick(pattern, 'ab')).toThrow('look-around or back-references');
    },
  );

  it('says that a pattern is none', () => {
    expect(() => pick('(', 'x')).toThrow('the pattern: Invalid regular expression');
  });
});
