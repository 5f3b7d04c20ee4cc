import { LIVE, type Target } from '../api/queries.js';
import { replaceRoute, type View } from '../route.js';

interface FiltersProps {
  readonly view: View;
  readonly targets: readonly Target[];
}

/** Which data set, and which platform of it. */
export function Filters({ view, targets }: FiltersProps) {
  const source = view.source ?? LIVE;
  const sources = [...new Set([LIVE, source, ...targets.map((one) => one.source)])];
  const platforms = targets.filter((one) => one.source === source);
  const choose = (change: Partial<View>) => replaceRoute({ name: 'atlas' }, { ...view, ...change });
  return (
    <div class="filters">
      <fieldset class="segments">
        <legend>Data</legend>
        {sources.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="source"
              checked={one === source}
              onChange={() => choose({ source: one === LIVE ? null : one, target: null })}
            />
            <span>{one === LIVE ? 'Live network' : `Historical: ${one}`}</span>
          </label>
        ))}
      </fieldset>
      <label class="chooser">
        <span>Platform</span>
        <select
          value={view.target ?? ''}
          onChange={({ currentTarget }) => choose({ target: currentTarget.value || null })}
        >
          <option value="">All platforms, the worst of each place</option>
          {platforms.map(({ target, name }) => (
            <option key={target} value={target}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
