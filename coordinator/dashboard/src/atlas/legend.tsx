import { ShadeList } from '../frame/shade-list.js';

export function Legend({ historical }: { readonly historical: boolean }) {
  return (
    <section class="legend" aria-labelledby="legend-title">
      <h2 id="legend-title" class="visually-hidden">
        {historical ? 'Legend: the worst state in the imported period' : 'Legend: the state now'}
      </h2>
      <ShadeList />
    </section>
  );
}
