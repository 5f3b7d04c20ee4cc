import type { Incident } from '@brakelight/shared';
import { count, formatClock } from '../words/format.js';
import { type Names, periodOf, sentence } from '../words/incidents.js';
import type { Place } from './places.js';

interface HeadlineProps {
  readonly incidents: readonly Incident[];
  readonly places: readonly Place[];
  readonly names: Names;
  readonly historical: boolean;
  readonly at: number;
  readonly empty: boolean;
}

/** The news in one sentence, and what it rests on in another. */
export function Headline(props: HeadlineProps) {
  return (
    <div class="headline">
      <h1>{props.historical ? past(props) : present(props)}</h1>
      <p>
        {coverage(props)} {!props.historical && <span class="fresh">Last look {formatClock(props.at)}.</span>}
      </p>
    </div>
  );
}

function present({ incidents, places, names, empty }: HeadlineProps): string {
  if (empty) return 'Nothing is measured yet';
  const alarms = incidents.filter(({ status, grade }) => status !== 'resolved' && grade !== 'suspected');
  const [first] = alarms;
  if (first && alarms.length === 1) return sentence(first, names);
  if (first && alarms.length > 1) {
    const platforms = new Set(alarms.map(({ target }) => target)).size;
    const who =
      platforms === 1 ? `${names.get(first.target) ?? first.target} is` : `${platforms} platforms are`;
    const countries = new Set(alarms.map(({ country }) => country)).size;
    return `${who} held back in ${count(countries, 'country', 'countries')}`;
  }
  const judged = places.filter(({ shade }) => shade !== 'insufficient').length;
  return judged === 0 ? 'Too little is measured to say anything' : 'Nobody is seen braking';
}

function past({ incidents, names, empty }: HeadlineProps): string {
  if (empty) return 'This import holds nothing that was judged';
  const alarms = incidents.filter(({ grade }) => grade !== 'suspected');
  const [first] = alarms;
  if (!first) return 'No throttling was found in this import';
  if (alarms.length > 1) return `${count(alarms.length, 'incident')} found in this import`;
  return `${sentence(first, names)}, ${periodOf(first)}`;
}

function coverage({ places, empty }: HeadlineProps): string {
  if (empty) return 'Silence is not shown as normal: an unpainted country is one that nobody measures.';
  const silent = places.filter(({ shade }) => shade === 'insufficient').length;
  const judged = places.length - silent;
  const rest = silent > 0 ? `, too little data from ${count(silent, 'more', 'more')}` : '';
  return `${count(judged, 'country', 'countries')} judged${rest}. Everywhere else nobody measures.`;
}
