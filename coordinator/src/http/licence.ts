/** Under what terms data goes out. */
export const LICENCE = {
  name: 'CC BY 4.0',
  identifier: 'CC-BY-4.0',
  url: 'https://creativecommons.org/licenses/by/4.0/',
} as const;

/** Says so to machines, on every download. */
export const LICENCE_HEADERS = { link: `<${LICENCE.url}>; rel="license"` } as const;
