import { describe, expect, it } from 'vitest';
import { coordinatorOrigin } from './http.js';

describe('coordinatorOrigin', () => {
  it.each([
    'https://brakelight.example.org',
    'https://brakelight.example.org:8443/',
    'http://127.0.0.1:8080',
    'http://127.10.7.1:8080',
    'http://localhost:8080',
    'http://[::1]:8080',
  ])('takes %s', (url) => expect(coordinatorOrigin(url).origin).toBe(new URL(url).origin));

  it.each([
    ['http://example.org', /only https/],
    ['http://127.0.0.1.example.org', /only https/],
    ['http://10.0.0.1', /only https/],
    ['ftp://127.0.0.1', /only https/],
    ['https://me:secret@example.org', /only scheme, host and port/],
    ['https://example.org/brakelight', /only scheme, host and port/],
    ['https://example.org/?a=b', /only scheme, host and port/],
    ['example.org', /not an address/],
  ])('refuses %s', (url, why) => expect(() => coordinatorOrigin(url)).toThrow(why));
});
