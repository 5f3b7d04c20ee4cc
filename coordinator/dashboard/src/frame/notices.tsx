import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.js';
import type { Resource } from '../api/resource.js';
import { formatClock } from '../words/format.js';

/** What to show while there is nothing to show. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p class="waiting" role="status">
      Loading {what}…
    </p>
  );
}

export function Failure({ what, error }: { readonly what: string; readonly error: ApiError }) {
  return (
    <div class="notice notice-bad" role="alert">
      <p>
        <strong>Could not load {what}.</strong> {error.message} Trying again every few seconds.
      </p>
    </div>
  );
}

/** Says that the page shows the past because refreshing fails. */
export function Staleness({ of }: { readonly of: readonly Resource<unknown>[] }) {
  const stale = of.find((one) => one.status === 'ready' && one.stale);
  if (stale?.status !== 'ready' || !stale.stale) return null;
  return (
    <div class="notice notice-bad" role="alert">
      <p>
        <strong>Not up to date.</strong> {stale.stale.message} This is what was known at{' '}
        {formatClock(stale.at)}.
      </p>
    </div>
  );
}

/** A mark that nobody can overlook: this says nothing about today. */
export function Historical({ children }: { readonly children?: ComponentChildren }) {
  return (
    <p class="historical">
      <span class="stamp">Historical</span> {children}
    </p>
  );
}

/** Shows a resource once it is there; until then says what is being waited for. */
export function Ready<T>(props: {
  readonly of: Resource<T>;
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}) {
  const { of, what, children } = props;
  if (of.status === 'loading') return <Waiting what={what} />;
  if (of.status === 'failed') return <Failure what={what} error={of.error} />;
  return <>{children(of.data)}</>;
}
