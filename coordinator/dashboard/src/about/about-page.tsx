import { apiUrl } from '../api/client.js';
import { ShadeList } from '../frame/shade-list.js';
import { GRADE_WORDS } from '../words/incidents.js';
import { JoinSteps } from './join-steps.js';

export function AboutPage() {
  return (
    <article class="prose">
      <h1>A network that notices when somebody puts the brakes on a platform</h1>
      <p>
        Volunteers run small probes in many places. Each one fetches the same number of bytes from a social
        platform and from a neutral control, one after the other, in an order drawn at random. When a platform
        becomes slow in one country, while controls there and the platform elsewhere stay fast, an incident is
        opened.
      </p>
      <h2>What the colours say</h2>
      <ShadeList class="glossary" />
      <p>Silence is never shown as normal. A country that nobody measures stays unpainted.</p>
      <h2>How sure an incident is</h2>
      <dl class="glossary">
        {Object.values(GRADE_WORDS).map(({ label, meaning }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        No single volunteer and no single network block can raise an incident. The threshold is set by the
        number of false alarms the operator accepts in a year, and every incident lists what it rests on.
      </p>
      <h2>What is not stored</h2>
      <p>
        No volunteer’s address. What is stored is the country, the network operator and a keyed hash of the
        address block.
      </p>
      <h2>Historical imports</h2>
      <p>
        Measurements that others made in the past can be imported. They are judged by the same method in a
        data set of their own, are marked as historical everywhere, and say nothing about today.
      </p>
      <h2>Join</h2>
      <JoinSteps />
      <h2>Take the data</h2>
      <p>
        Everything on these pages comes from a public interface:{' '}
        <a href={apiUrl('openapi.json')}>its description</a>, <a href={apiUrl('v1/incidents')}>incidents</a>,{' '}
        <a href={apiUrl('v1/cells')}>cells</a>, <a href={apiUrl('v1/measurements')}>measurements</a>. The
        licence is CC BY 4.0.
      </p>
    </article>
  );
}
