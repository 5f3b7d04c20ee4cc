/** English with day before month. */
const LOCALE = 'en-GB';
const whole = new Intl.NumberFormat(LOCALE);
const threeDigits = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const minute = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});
const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const regions = new Intl.DisplayNames(LOCALE, { type: 'region', fallback: 'code' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOTHING = '–';

/** Bits per second as people read them: `140 kbit/s`, `24.1 Mbit/s`. */
export function formatRate(bps: number | null | undefined): string {
  if (bps === null || bps === undefined) return NOTHING;
  if (bps >= 1e9) return `${threeDigits.format(bps / 1e9)} Gbit/s`;
  if (bps >= 1e6) return `${threeDigits.format(bps / 1e6)} Mbit/s`;
  return `${threeDigits.format(bps / 1000)} kbit/s`;
}

export function formatCount(n: number): string {
  return whole.format(n);
}

/** `1 test`, `12 tests`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}

export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined) return NOTHING;
  return (share > 0 && share < 0.095 ? finePercent : percent).format(share);
}

/** `10 March 2021`, UTC. */
export function formatDay(instant: string): string {
  return day.format(new Date(instant));
}

/** `10 Mar 2021, 07:00 UTC`. */
export function formatMinute(instant: string | number): string {
  return `${minute.format(new Date(instant))} UTC`;
}

/** The reader's own clock. */
export function formatClock(ms: number): string {
  return clock.format(new Date(ms));
}

/** `3 min`, `5 h`, `12 days`: the largest unit that gives at least one. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE) return 'less than a minute';
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} days`;
}

/** English name of a country. */
export function countryName(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** `in Russia`, `in the Netherlands`. */
export function inCountry(code: string): string {
  const name = countryName(code);
  const article =
    /^(United|Netherlands|Philippines|Bahamas|Gambia|Maldives|Comoros|Seychelles|Dominican R|Central)|Islands$|Territories$/;
  return article.test(name) ? `in the ${name}` : `in ${name}`;
}
