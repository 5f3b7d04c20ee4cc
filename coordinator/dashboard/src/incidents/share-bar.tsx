import { formatShare } from '../words/format.js';

const WIDTH = 60;

/** A share between 0 and 1, drawn and written. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <span class="share">
      <svg viewBox={`0 0 ${WIDTH} 6`} class="share-bar" aria-hidden="true">
        <rect width={WIDTH} height="6" rx="3" class="share-ground" />
        <rect width={Math.max(0, Math.min(1, share)) * WIDTH} height="6" rx="3" class="share-part" />
      </svg>
      {formatShare(share)}
    </span>
  );
}
