import { useEffect, useState } from 'preact/hooks';

/** Which page, in the address after `#`: survives a reload and needs nothing of the server. */
export type Page =
  | { readonly name: 'atlas' }
  | { readonly name: 'place'; readonly country: string }
  | { readonly name: 'incident'; readonly id: string }
  | { readonly name: 'about' }
  | { readonly name: 'lost' };

/** What is chosen on a page; `null` is the default. */
export interface View {
  readonly source: string | null;
  readonly target: string | null;
  readonly region: string | null;
}

export interface Route {
  readonly page: Page;
  readonly view: View;
}

const NO_VIEW: View = { source: null, target: null, region: null };

/** Reads an address fragment. Anything unknown is the `lost` page, never an exception. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const view = { source: params.get('source'), target: params.get('target'), region: params.get('region') };
  return { page: parsePage(path.split('/').filter(Boolean)), view };
}

function parsePage([section, rest]: string[]): Page {
  if (section === undefined) return { name: 'atlas' };
  if (section === 'about') return { name: 'about' };
  if (rest !== undefined && section === 'places' && /^[A-Z]{2}$/.test(rest))
    return { name: 'place', country: rest };
  if (rest !== undefined && section === 'incidents') {
    try {
      return { name: 'incident', id: decodeURIComponent(rest) };
    } catch {
      return { name: 'lost' };
    }
  }
  return { name: 'lost' };
}

/** The address fragment of a page: the inverse of {@link parseRoute}. */
export function href(page: Page, view: Partial<View> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...NO_VIEW, ...view }))
    if (value !== null) params.set(name, value);
  const query = params.size > 0 ? `?${params}` : '';
  return `#${pathOf(page)}${query}`;
}

function pathOf(page: Page): string {
  switch (page.name) {
    case 'place':
      return `/places/${page.country}`;
    case 'incident':
      return `/incidents/${encodeURIComponent(page.id)}`;
    case 'about':
      return '/about';
    default:
      return '/';
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const onChange = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

/** Changes the address without a new entry in the history: for choices within a page. */
export function replaceRoute(page: Page, view: View): void {
  history.replaceState(null, '', href(page, view));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
