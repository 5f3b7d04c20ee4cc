/** What a query parameter may be for chDB's binding, which escapes strings itself. */
export type Bound = string | null | (string | number)[];

/**
 * Undoes the escaping of `param_*` values on the wire, because chDB's binding does it again.
 * @param query tells the declared type: `{ids:Array(String)}`
 * @param parameters as they came
 */
export function bindable(
  query: string,
  parameters: Readonly<Record<string, string>>,
): Readonly<Record<string, Bound>> {
  const bound: Record<string, Bound> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const isArray = new RegExp(`\\{\\s*${name}\\s*:\\s*Array\\s*\\(`).test(query);
    bound[name] = isArray ? parseArray(value) : unescapeValue(value);
  }
  return bound;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', '0': '\0' };

function unescapeValue(value: string): string | null {
  if (value === '\\N') return null;
  return unescapeText(value);
}

function unescapeText(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}

/** A flat array of strings and numbers, e.g. `['it\'s',2]`. */
function parseArray(text: string): (string | number)[] {
  const items = text.slice(1, -1).matchAll(/'((?:[^'\\]|\\.)*)'|([^,\s][^,]*)/gs);
  return [...items].map(([, quoted, bare]) => (quoted === undefined ? Number(bare) : unescapeText(quoted)));
}
