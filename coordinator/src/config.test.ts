import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ConfigError, loadConfig } from './config.js';
import { parseDuration } from './duration.js';

const folder = mkdtempSync(join(tmpdir(), 'brakelight-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('configuration', () => {
  it('needs nothing', () => {
    const config = loadConfig({});
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080, trustProxy: [] });
    expect(config.work.testIntervalMs).toBe(1_800_000);
    expect(config.probes).toEqual({ probationMs: 172_800_000, probationTests: 20 });
    expect(Object.isFrozen(config.http.trustProxy)).toBe(true);
  });

  it('reads every kind of value', () => {
    const config = loadConfig({
      UNIT_PERIOD: 'PT5S',
      TARGET_ALLOW_CIDR: '127.0.0.0/8, ::1/128',
      MEASUREMENT_SERVER: '[2001:db8::1]:8443, 192.0.2.1:443',
      MEASUREMENT_SERVER_PINS: `${'A'.repeat(43)}=`,
      SWAP_OFF_COUNTRIES: 'RU,IR',
      PUBLIC_URL: '',
    });
    expect(config.detection.periodMs).toBe(5000);
    expect(config.work.targetAllowCidr).toEqual(['127.0.0.0/8', '::1/128']);
    expect(config.measurementServer.announced).toEqual([
      { address: '2001:db8::1', port: 8443 },
      { address: '192.0.2.1', port: 443 },
    ]);
    expect(config.work.swapOffCountries).toEqual(['RU', 'IR']);
    expect(config.http.publicUrl).toBeUndefined();
  });

  it('says everything that is wrong, at once', () => {
    const problems = problemsOf({
      PORT: '99999',
      UNIT_PERIOD: '30 minutes',
      TRUST_PROXY: '10.0.0.0/8,everybody',
      REDIS_URL: 'localhost:6379',
      ADMIN_KEY: 'changeme',
      TLS_CERT_FILE: 'cert.pem',
      MEASUREMENT_PORT: 'everywhere',
      CLICKHOUSE_URL_FILE: join(folder, 'nothing-here'),
    });
    const named = problems.map((problem) => problem.split(/[: ]/, 1)[0]).sort();
    expect(named).toEqual([
      'ADMIN_KEY',
      'CLICKHOUSE_URL_FILE',
      'MEASUREMENT_PORT',
      'PORT',
      'REDIS_URL',
      'TLS_CERT_FILE',
      'TRUST_PROXY',
      'UNIT_PERIOD',
    ]);
  });

  it('announces one address of each family, not two of one', () => {
    const MEASUREMENT_SERVER_PINS = `${'A'.repeat(43)}=`;
    expect(
      problemsOf({ MEASUREMENT_SERVER: '192.0.2.1:443,192.0.2.2:443', MEASUREMENT_SERVER_PINS }),
    ).toEqual([expect.stringMatching(/^MEASUREMENT_SERVER: .*same family/)]);
  });

  it('runs a measurement server for this machine, and for others once it has an address for them', () => {
    const server = (environment: Record<string, string>) => loadConfig(environment).measurementServer;
    expect(server({})).toEqual({ listen: { host: '127.0.0.1', port: 8443 } });
    expect(server({ MEASUREMENT_PORT: 'off' }).listen).toBeUndefined();
    expect(server({ MEASUREMENT_PORT: '0', PORT: '0' }).listen?.port).toBe(0);
    expect(server({ MEASUREMENT_SERVER: '192.0.2.1:443' }).listen).toEqual({ host: '0.0.0.0', port: 8443 });
    expect(server({ MEASUREMENT_SERVER: '[2001:db8::1]:443' }).listen?.host).toBe('::');
    const elsewhere = {
      MEASUREMENT_SERVER: '192.0.2.1:443',
      MEASUREMENT_SERVER_PINS: `${'A'.repeat(43)}=`,
    };
    expect(server(elsewhere).listen).toBeUndefined();
    expect(server({ ...elsewhere, MEASUREMENT_PORT: '8443' }).listen?.port).toBe(8443);
    expect(problemsOf({ MEASUREMENT_SERVER: '192.0.2.1:443', MEASUREMENT_PORT: 'off' })).toEqual([
      expect.stringContaining('MEASUREMENT_SERVER_PINS'),
    ]);
    expect(problemsOf({ PORT: '8443' })).toEqual([expect.stringContaining('MEASUREMENT_PORT and PORT')]);
  });

  it('takes secrets from files, and none that everybody knows or could guess', () => {
    const file = join(folder, 'admin-key');
    writeFileSync(file, 'b7e151628aed2a6abf7158809cf4f3c7\n');
    expect(loadConfig({ ADMIN_KEY_FILE: file }).http.adminKey).toBe('b7e151628aed2a6abf7158809cf4f3c7');
    expect(problemsOf({ ADMIN_KEY_FILE: file, ADMIN_KEY: 'b7e151628aed2a6abf7158809cf4f3c7' })).toHaveLength(
      1,
    );
    expect(problemsOf({ ADMIN_KEY: 'password-password-password' })).toHaveLength(1);
    expect(problemsOf({ ADMIN_KEY: 'b7e15' })).toHaveLength(1);
  });
});

describe('durations', () => {
  it.each([
    ['PT30M', 1_800_000],
    ['P1D', 86_400_000],
    ['P2W', 1_209_600_000],
    ['P1DT2H3M4.5S', 93_784_500],
    ['PT0S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['P1M', undefined],
    ['30m', undefined],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
});
