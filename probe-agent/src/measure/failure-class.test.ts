import { describe, expect, it } from 'vitest';
import { connectionFailure, lookupFailure } from './failure-class.js';

const error = (code: string) => Object.assign(new Error(code), { code });

describe('connectionFailure', () => {
  it.each([
    ['ECONNRESET', 'reset'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['CERT_HAS_EXPIRED', 'certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-protocol'],
    ['EPROTO', 'tls-protocol'],
    ['EWHATEVER', 'other'],
  ])('%s is %s', (code, expected) => expect(connectionFailure(error(code))).toBe(expected));

  it('takes anything', () => expect(connectionFailure('no error')).toBe('other'));
});

describe('lookupFailure', () => {
  it.each([
    ['ENOTFOUND', 'nxdomain'],
    ['ETIMEOUT', 'timeout'],
    ['ESERVFAIL', 'dns-failure'],
    ['ENODATA', 'dns-failure'],
  ])('%s is %s', (code, expected) => expect(lookupFailure(error(code))).toBe(expected));
});
