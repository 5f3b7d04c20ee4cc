import { useEffect, useState } from 'preact/hooks';
import { ApiError } from './client.js';

/** Something fetched and kept fresh. */
export type Resource<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: ApiError }
  /** `stale` is set while refreshing fails: what is shown is what was known at `at`. */
  | { readonly status: 'ready'; readonly data: T; readonly at: number; readonly stale: ApiError | null };

const REFRESH_MS = 10_000;

/**
 * Loads, then loads again every 10 s while the page is visible.
 * @param key what is loaded; a new key starts over, `null` loads nothing
 * @param load must be determined by the key
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [held, setHeld] = useState<{ key: string | null; resource: Resource<T> }>({
    key,
    resource: { status: 'loading' },
  });

  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;

    const refresh = async () => {
      clearTimeout(timer);
      try {
        const data = await load(abort.signal);
        setHeld({ key, resource: { status: 'ready', data, at: Date.now(), stale: null } });
      } catch (error) {
        if (abort.signal.aborted) return;
        const problem = error instanceof ApiError ? error : new ApiError(null, String(error));
        setHeld((before) => ({
          key,
          resource: afterFailure(before.key === key ? before.resource : null, problem),
        }));
      }
      if (!abort.signal.aborted && !document.hidden) timer = setTimeout(refresh, REFRESH_MS);
    };
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer);
      else void refresh();
    };

    void refresh();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [key]);

  return held.key === key ? held.resource : { status: 'loading' };
}

function afterFailure<T>(before: Resource<T> | null, error: ApiError): Resource<T> {
  return before?.status === 'ready' ? { ...before, stale: error } : { status: 'failed', error };
}
