const UNITS = { '': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9 } as const;
const SIZE = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB)?$/;

/** Bytes of a size such as `50MB`, `1.5 GB`, `200000`; decimal units; `undefined` where the text is none. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * UNITS[(match[2] ?? '') as keyof typeof UNITS]);
}

/** A size for people: `1.2 GB`, `51.4 MB`, `96 kB`. */
export function formatSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes >= 1e3) return `${Math.round(bytes / 1e3)} kB`;
  return `${bytes} B`;
}
