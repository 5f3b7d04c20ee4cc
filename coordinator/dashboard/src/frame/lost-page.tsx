import { href } from '../route.js';

export function LostPage() {
  return (
    <section class="prose">
      <h1>There is no such page</h1>
      <p>
        The address may have been cut. <a href={href({ name: 'atlas' })}>Go to the atlas</a>.
      </p>
    </section>
  );
}
