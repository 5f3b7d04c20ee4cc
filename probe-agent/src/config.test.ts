import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.js';

describe('readConfig', () => {
  it('has defaults for everything', () => {
    const config = readConfig({ HOME: '/home/ada', XDG_STATE_HOME: '/state' });
    expect(config).toMatchObject({ home: '/state/brakelight-probe', dnsServers: [], targetAllowCidr: [] });
  });

  it('reads lists and sizes', () => {
    const config = readConfig({
      BRAKELIGHT_HOME: '/b',
      DNS_SERVERS: '127.0.0.1:5300, [::1]:53',
      TARGET_ALLOW_CIDR: '127.0.0.0/8',
      BUDGET_PER_DAY: '20MB',
      LOG_LEVEL: '',
    });
    expect(config).toMatchObject({
      home: '/b',
      dnsServers: ['127.0.0.1:5300', '[::1]:53'],
      targetAllowCidr: ['127.0.0.0/8'],
      limits: { perDay: 20_000_000 },
      logLevel: 'info',
    });
  });

  it('says every problem at once', () => {
    const bad = {
      LOCAL_ADDRESS: 'here',
      DNS_SERVERS: '1.1.1.1:0',
      TARGET_ALLOW_CIDR: '10/8,x',
      BUDGET_PER_DAY: 'much',
    };
    try {
      readConfig(bad);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      for (const name of Object.keys(bad)) expect((error as ConfigError).message).toContain(name);
    }
  });
});
