import { styleText } from 'node:util';

/** What `npm start` tells its operator. */
export interface Welcome {
  readonly publicUrl: string;
  readonly localUrl: string;
  readonly dataDir: string;
  readonly redisHow: string;
  readonly storeHow: string;
  /** `undefined` where none was started here. */
  readonly measurementPort: number | undefined;
  /** Whether swap pairs are drawn. */
  readonly swaps: boolean;
  /** Whether an address can be turned into a place. */
  readonly places: boolean;
  readonly token: string;
  readonly fingerprint: string;
}

/** The text, for people. Lines that begin with `queue` and `store` say how the engines were found. */
export function welcome(w: Welcome): string {
  const swapNote = w.swaps ? 'name-swap tests are drawn' : 'set MEASUREMENT_SERVER to draw name-swap tests';
  const lines = [
    '',
    `  ${styleText('bold', 'Brakelight')} is up: open ${styleText('bold', w.localUrl)} in a browser.`,
    '',
    `  queue        ${w.redisHow}`,
    `  store        ${w.storeHow}`,
    `  data         ${w.dataDir}`,
    `  measurement  ${w.measurementPort === undefined ? 'no server here' : `port ${w.measurementPort}`}; ${swapNote}`,
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
