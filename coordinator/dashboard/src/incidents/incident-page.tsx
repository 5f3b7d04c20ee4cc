import type { Incident } from '@brakelight/shared';
import { apiUrl } from '../api/client.js';
import { LIVE, useEvents, useIncident, useSeries, useTargets } from '../api/queries.js';
import { Historical, Ready, Staleness } from '../frame/notices.js';
import { Swatch } from '../frame/swatch.js';
import { href } from '../route.js';
import { countryName, formatMinute } from '../words/format.js';
import { gradeOf, type Names, sentence, shadeOf, statusOf } from '../words/incidents.js';
import { AsnTable } from './asn-table.js';
import { Basis } from './basis.js';
import { EventLog } from './event-log.js';
import { withGaps } from './gaps.js';
import { KeyFigures } from './key-figures.js';
import { SeriesFigure } from './series-figure.js';

/** One incident, with everything it rests on. */
export function IncidentPage({ id }: { readonly id: string }) {
  const targets = useTargets();
  const incident = useIncident(id);
  const names: Names = new Map(
    targets.status === 'ready' ? targets.data.items.map(({ target, name }) => [target, name]) : [],
  );
  return (
    <article class="incident-page">
      <Staleness of={[incident]} />
      {incident.status !== 'ready' && <h1>Incident</h1>}
      <Ready of={incident} what="the incident">
        {(data) => <Body incident={data} names={names} />}
      </Ready>
    </article>
  );
}

function Body({ incident, names }: { readonly incident: Incident; readonly names: Names }) {
  const series = useSeries(incident.id);
  const events = useEvents(incident.id);
  const status = statusOf(incident);
  const source = incident.source === LIVE ? null : incident.source;
  const platform = names.get(incident.target) ?? incident.target;
  return (
    <>
      <p class="crumb">
        <a href={href({ name: 'atlas' }, { source })}>Atlas</a>
        <a href={href({ name: 'place', country: incident.country }, { source })}>
          {countryName(incident.country)}
        </a>
      </p>
      <h1>{sentence(incident, names)}</h1>
      <p class="tags">
        <span class={`tag tag-${status.tone}`}>{status.label}</span>
        <span class="state">
          <Swatch shade={shadeOf(incident)} />
          {gradeOf(incident).label}
        </span>
      </p>
      {incident.historical && (
        <Historical>
          From the import <strong>{incident.source}</strong>. It says nothing about today.
        </Historical>
      )}
      <p class="lede">{incident.summary}</p>
      <KeyFigures incident={incident} />
      <section aria-labelledby="series-title">
        <h2 id="series-title">{platform} and control over time</h2>
        <Ready of={series} what="the course">
          {({ data, stepMs }) => (
            <SeriesFigure points={withGaps(data, stepMs)} incident={incident} platform={platform} />
          )}
        </Ready>
      </section>
      <AsnTable incident={incident} />
      <Basis incident={incident} />
      <section aria-labelledby="events-title">
        <h2 id="events-title">What happened when</h2>
        <Ready of={events} what="the events">
          {({ items }) => <EventLog events={items} />}
        </Ready>
      </section>
      <section aria-labelledby="take-title">
        <h2 id="take-title">Check it yourself</h2>
        <p>
          <a href={apiUrl(incident.evidenceUrl)}>The evidence</a>, from which anyone can recompute this
          verdict.{' '}
          <a href={apiUrl(`v1/incidents/${encodeURIComponent(incident.id)}`)}>This incident as JSON</a>,{' '}
          <a href={apiUrl(`v1/incidents/${encodeURIComponent(incident.id)}/series`)}>the course as JSON</a>,{' '}
          <a href={apiUrl('openapi.json')}>the API</a>. Judged by method {incident.methodVersion}; last
          updated {formatMinute(incident.updatedAt)}.
        </p>
      </section>
    </>
  );
}
