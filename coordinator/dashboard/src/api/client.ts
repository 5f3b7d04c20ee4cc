import type { Problem } from '@brakelight/shared';

/** A list as the interface answers it. */
interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/** A list put together from its pages. `complete` is false where it was cut after {@link MOST_PAGES}. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

const PAGE_SIZE = '500';
const MOST_PAGES = 30;

/** The coordinator could not be reached, or said no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; `null` where there was no answer at all. */
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

/** Address of an endpoint beside the page, so that the page works under any path. */
export function apiUrl(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const url = new URL(path, document.baseURI);
  url.hash = '';
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** @throws {ApiError} */
export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(null, 'The coordinator does not answer.');
  }
  if (!answer.ok) throw new ApiError(answer.status, await problemText(answer));
  return (await answer.json()) as T;
}

/** Follows the cursors of a list. @throws {ApiError} */
export async function getList<T>(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const url = apiUrl(path, { ...query, limit: PAGE_SIZE, cursor });
    const { data, nextCursor } = await getJson<Page<T>>(url, signal);
    items.push(...data);
    if (nextCursor === null || nextCursor === undefined) return { items, complete: true };
    cursor = nextCursor;
  }
  return { items, complete: false };
}

async function problemText(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as Partial<Problem>;
    if (problem.title) return problem.detail ? `${problem.title}: ${problem.detail}` : problem.title;
  } catch {
    // Not a problem document: say what is known.
  }
  return `The coordinator answered ${answer.status}.`;
}
