import { styleText } from 'node:util';
import type { Measuring } from './measuring.js';

/** What `npm start` tells its operator. */
export interface Welcome {
  readonly publicUrl: string;
  readonly localUrl: string;
  readonly dataDir: string;
  readonly redisHow: string;
  readonly storeHow: string;
  readonly measuring: Pick<Measuring, 'here' | 'told' | 'asked'>;
  /** Whether an address can be turned into a place. */
  readonly places: boolean;
  readonly token: string;
  readonly fingerprint: string;
}

/** The text, for people. Lines that begin with `queue` and `store` say how the engines were found. */
export function welcome(w: Welcome): string {
  const lines = [
    '',
    `  ${styleText('bold', 'Brakelight')} is up: open ${styleText('bold', w.localUrl)} in a browser.`,
    '',
    `  queue        ${w.redisHow}`,
    `  store        ${w.storeHow}`,
    `  data         ${w.dataDir}`,
    ...measurement(w.measuring),
    ...(w.places
      ? []
      : [
          '  places       unknown: set NETWORK_DB_ASN and NETWORK_DB_COUNTRY (MaxMind format), or no result can be placed',
        ]),
    '',
    '  A volunteer joins with (this token enrols one probe within 30 days; more: npm run keys -- token --help):',
    '',
    `    npx brakelight-probe join ${w.publicUrl} --token ${w.token} --fingerprint ${w.fingerprint}`,
    '    npx brakelight-probe run',
    '',
    ...(new URL(w.publicUrl).protocol === 'https:'
      ? []
      : [
          '  Agents speak plain HTTP on this machine only. For volunteers elsewhere put a TLS proxy in front and set',
          '  PUBLIC_URL and TRUST_PROXY, or give TLS_CERT_FILE and TLS_KEY_FILE.',
          '',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The measurement server: where it is, what probes are told of it, and what has to be set for volunteers elsewhere. */
function measurement({ here, told, asked }: Welcome['measuring']): string[] {
  const server = here === undefined ? 'no server here' : `server on ${endpoint(here)}`;
  const towards = told?.endpoints.map(endpoint).join(' and ');
  const pins = told?.pins ?? asked?.pins ?? [];
  return [
    `  measurement  ${server}; ${towards ? `name-swap tests are drawn, towards ${towards}` : 'no name-swap tests are drawn'}`,
    ...pins.map((pin, i) => `               pin ${i === 0 ? '(current)' : '(next)   '} ${pin}`),
    ...(told
      ? []
      : [`               for name-swap tests set MEASUREMENT_SERVER=<its public address>:<port>`]),
  ];
}

function endpoint({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
