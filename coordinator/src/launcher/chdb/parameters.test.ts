import { expect, it } from 'vitest';
import { bindable } from './parameters.js';

it.each([
  ['{x:String}', 'plain', 'plain'],
  ['{x:String}', String.raw`it\'s \\ \t tab`, `it's \\ \t tab`],
  ['{x:String}', '[not,an,array]', '[not,an,array]'],
  ['{x:Nullable(String)}', String.raw`\N`, null],
  ['{x:String}', String.raw`\\N`, String.raw`\N`],
  ['{ x : Array(String) }', String.raw`['it\'s','a,b','',']']`, ["it's", 'a,b', '', ']']],
  ['{x:Array(Int32)}', '[1,-2]', [1, -2]],
  ['{x:Array(String)}', '[]', []],
])('%s <- %s', (query, wire, bound) => {
  expect(bindable(query, { x: wire })).toEqual({ x: bound });
});
