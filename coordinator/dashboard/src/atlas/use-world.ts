import { useEffect, useState } from 'preact/hooks';
import type { World } from '../../build/world.js';

/** The drawn world, loaded as a chunk of its own so that the words come first; `null` until it is here. */
export function useWorld(): World | null {
  const [world, setWorld] = useState<World | null>(null);
  useEffect(() => {
    let wanted = true;
    import('virtual:world').then(
      (chunk) => wanted && setWorld(chunk.default),
      // Without the picture there is still the table beside it.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, []);
  return world;
}
