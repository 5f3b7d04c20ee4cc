import { readFile, stat } from 'node:fs/promises';
import { Asn, Country } from '@brakelight/shared';
import { parse } from 'csv-parse/sync';
import type ipaddr from 'ipaddr.js';
import { type AsnResponse, type CountryResponse, open } from 'maxmind';
import { z } from 'zod';
import { PrefixTable } from './prefix-table.js';

/** What a database says of an address; unknown is `null`. */
export interface NetworkFacts {
  readonly country: string | null;
  readonly asn: number | null;
  readonly asnName: string | null;
}

export interface NetworkDatabase {
  /** Day it was made, `YYYY-MM-DD`. */
  readonly date: string;
  find(address: ipaddr.IPv4 | ipaddr.IPv6): Partial<NetworkFacts> | undefined;
}

const CsvLine = z.tuple([
  z.string(),
  z.string().transform((text) => (text === '' ? null : Asn.parse(Number(text.replace(/^AS/i, ''))))),
  z.string().transform((text) => (text === '' ? null : Country.parse(text))),
  z.string().transform((text) => (text === '' ? null : text)),
]);

/**
 * CSV `prefix,asn,country,org`, one prefix a line, IPv4 and IPv6 mixed; a heading line is allowed. Its date is the
 * file's.
 * @throws with the line that is wrong
 */
export async function openCsv(path: string): Promise<NetworkDatabase> {
  const table = new PrefixTable<NetworkFacts>();
  const lines = parse(await readFile(path, 'utf8'), {
    skip_empty_lines: true,
    trim: true,
    comment: '#',
    relax_column_count: true,
  }) as string[][];
  lines.forEach((line, i) => {
    if (i === 0 && line[0] === 'prefix') return;
    try {
      const [prefix, asn, country, asnName] = CsvLine.parse([
        line[0],
        line[1] ?? '',
        line[2] ?? '',
        line[3] ?? '',
      ]);
      table.add(prefix, { asn, country, asnName });
    } catch (cause) {
      throw new Error(`${path}: line ${i + 1} ("${line.join(',')}") is not prefix,asn,country,org`, {
        cause,
      });
    }
  });
  const { mtime } = await stat(path);
  return { date: day(mtime), find: (address) => table.get(address) };
}

/** MaxMind's ASN and Country files, and the free ones in the same format (`country_code`). */
type MaxMindRecord = CountryResponse & Partial<AsnResponse> & { readonly country_code?: string };

/** A MaxMind-format file (`.mmdb`) with AS numbers, countries or both. */
export async function openMaxMind(path: string): Promise<NetworkDatabase> {
  const reader = await open<MaxMindRecord>(path);
  return {
    date: day(reader.metadata.buildEpoch),
    find: (address) => {
      const record = reader.get(address.toString());
      if (!record) return undefined;
      const country = Country.safeParse(record.country?.iso_code ?? record.country_code);
      const asn = Asn.safeParse(record.autonomous_system_number);
      return {
        ...(country.success && { country: country.data }),
        ...(asn.success && { asn: asn.data, asnName: record.autonomous_system_organization ?? null }),
      };
    },
  };
}

const day = (date: Date) => date.toISOString().slice(0, 10);
