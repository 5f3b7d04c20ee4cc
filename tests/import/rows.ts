/** First line of a file of the 4ndv format. */
export const HEADER =
  'datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,as_organization_iden,version,test_result,control_result,control_taco_result';

export interface Fields {
  readonly at?: string;
  readonly address?: string;
  readonly asn?: string;
  readonly country?: string;
  readonly name?: string;
  readonly target?: string;
  readonly control?: string;
}

/** A line, good unless a field says otherwise. */
export function line(fields: Fields = {}): string {
  const { at, address, asn, country, name, target, control } = {
    at: '2021-03-20 10:05:00 UTC',
    address: '198.51.100.0',
    asn: '64496',
    country: 'RU',
    name: 'Example Net',
    target: '110.5',
    control: '20480.0',
    ...fields,
  };
  return `${at},${address},${address}/24,${asn},${country},${name},ORG-1,4,${target},${control},20000.0`;
}

/** Many good lines, no two alike. */
export function lines(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    line({ address: `198.51.${i % 250}.0`, asn: String(64496 + (i % 8)), target: String(100 + i / 1000) }),
  );
}
