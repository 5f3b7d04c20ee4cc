import { type NetworkDatabase, type NetworkFacts, openCsv, openMaxMind } from './databases.js';
import { hashSubnet, parseAddress, subnetOf } from './subnet.js';

/** Where a request came from, without its address: this is what queue, store and answers get. */
export interface Place extends NetworkFacts {
  /** Keyed hash of the /24 or /48. */
  readonly subnet: string;
  /** Date of the database that was asked, `YYYY-MM-DD`; `none` where there is none. */
  readonly databaseDate: string;
}

export interface NetworkFiles {
  /** CSV `prefix,asn,country,org`; goes before the others. */
  readonly csv?: string | undefined;
  readonly asn?: string | undefined;
  readonly country?: string | undefined;
}

/** Turns addresses into places. Nothing behind it sees an address. */
export class Network {
  readonly #databases: readonly NetworkDatabase[];
  readonly #key: Buffer;
  /** Date of the oldest database in use. */
  readonly date: string;

  /** @param key secret of the subnet hash; the same for the life of the data, or one volunteer becomes two */
  constructor(databases: readonly NetworkDatabase[], key: Buffer) {
    this.#databases = databases;
    this.#key = key;
    this.date = databases.map((database) => database.date).sort()[0] ?? 'none';
  }

  /** @param address textual IP address. @throws on what is none */
  locate(address: string): Place {
    const parsed = parseAddress(address);
    const facts: { -readonly [K in keyof NetworkFacts]: NetworkFacts[K] } = {
      country: null,
      asn: null,
      asnName: null,
    };
    for (const database of this.#databases) {
      const found = database.find(parsed);
      if (!found) continue;
      facts.country ??= found.country ?? null;
      if (facts.asn === null && found.asn) {
        facts.asn = found.asn;
        facts.asnName = found.asnName ?? null;
      }
    }
    return { ...facts, subnet: hashSubnet(this.#key, subnetOf(parsed)), databaseDate: this.date };
  }

  /** Hash of a subnet that somebody else's data names; never equal to one of ours. */
  hashForeign(source: string, subnet: string): string {
    return hashSubnet(this.#key, `${source} ${subnet}`);
  }
}

/** @throws with the file and line that cannot be read */
export async function openNetwork(files: NetworkFiles, key: Buffer): Promise<Network> {
  const databases: NetworkDatabase[] = [];
  if (files.csv) databases.push(await openCsv(files.csv));
  for (const path of [files.asn, files.country]) if (path) databases.push(await openMaxMind(path));
  return new Network(databases, key);
}
