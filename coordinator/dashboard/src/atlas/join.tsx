import { JoinSteps } from '../about/join-steps.js';
import { href } from '../route.js';

interface JoinProps {
  /** Data sets that could be looked at meanwhile. */
  readonly imports: readonly string[];
  readonly historical: boolean;
}

/** An empty atlas says how to fill it. */
export function Join({ imports, historical }: JoinProps) {
  if (historical) {
    return (
      <section class="prose">
        <h2>Nothing to show here</h2>
        <p>
          Nothing of this name has been imported, or none of it could be judged.{' '}
          <a href={href({ name: 'atlas' })}>Back to the live network</a>.
        </p>
      </section>
    );
  }
  return (
    <section class="prose">
      <h2>No probes yet</h2>
      {imports.map((source) => (
        <p key={source}>
          There is an import to look at:{' '}
          <a href={href({ name: 'atlas' }, { source })}>{source}, historical</a>.
        </p>
      ))}
      <JoinSteps />
    </section>
  );
}
