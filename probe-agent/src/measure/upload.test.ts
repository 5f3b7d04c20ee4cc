import { describe, expect, it } from 'vitest';
import { CountReader } from './upload.js';

describe('CountReader', () => {
  it('reads lines that come in pieces', () => {
    const seen: [number, number][] = [];
    const reader = new CountReader((ms, bytes) => seen.push([ms, bytes]));
    for (const piece of ['1', '00 14', '48\n200', ' 2896\n', '300 96000\n']) reader.read(Buffer.from(piece));
    expect(seen).toEqual([
      [100, 1448],
      [200, 2896],
      [300, 96000],
    ]);
  });

  it.each(['hello\n', '-1 5\n', '1 2 3\n', `${'9'.repeat(200)}`])('refuses %j', (text) => {
    const reader = new CountReader(() => undefined);
    expect(() => reader.read(Buffer.from(text))).toThrow(
      expect.objectContaining({ end: { kind: 'failed', phase: 'body', class: 'http-protocol' } }),
    );
  });
});
