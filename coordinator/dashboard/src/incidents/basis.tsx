import type { Incident } from '@brakelight/shared';
import type { ComponentChildren } from 'preact';
import { count, formatCount, formatRate, formatShare } from '../words/format.js';
import { CONFOUNDER_WORDS, gradeOf } from '../words/incidents.js';

/** What the verdict rests on, and which other explanations were looked at. */
export function Basis({ incident }: { readonly incident: Incident }) {
  const { statistics: s, confounders } = incident;
  return (
    <section aria-labelledby="basis-title">
      <h2 id="basis-title">What it rests on</h2>
      <p>{gradeOf(incident).meaning}</p>
      <dl class="facts">
        <Fact term="Tests">
          {formatCount(s.tests)}, of which {count(s.units, 'independent unit')} (one per subnet, network and
          period); {formatCount(s.affectedUnits)} affected
        </Fact>
        <Fact term="Volunteers">
          {count(s.subnets, 'subnet')} in {count(s.asns, 'network')}, {count(s.owners, 'owner')}
        </Fact>
        <Fact term="Without the fastest">
          {s.shareWithoutFastest === null
            ? 'too few groups to leave any out'
            : `${formatShare(s.shareWithoutFastest)} affected when the fastest groups are left out`}
        </Fact>
        <Fact term="If some lied">{sparedWords(s.sybilNumber)}</Fact>
        <Fact term="Usual share">
          at most {formatShare(s.p0)} without throttling (p₀), from {s.p0From}
        </Fact>
        <Fact term="Evidence">
          <Power ln={s.logR} />, the alarm is at <Power ln={s.logA} />
        </Fact>
        {s.rate && (
          <Fact term="One fixed rate?">
            {fixedWords(s.rate.fixed)}
            {s.rate.slope !== null &&
              `: slope ${s.rate.slope.toFixed(2)} of ln(platform) on ln(control), 0 is a fixed rate and 1 the line’s own`}
          </Fact>
        )}
        <Fact term="Control">{formatRate(s.controlRateBps)} in the median</Fact>
      </dl>
      {confounders.length > 0 && (
        <>
          <h3>Other explanations</h3>
          <ul class="confounders">
            {confounders.map(({ name, ruledOut, finding }) => (
              <li key={name}>
                <span class={ruledOut ? 'verdict verdict-out' : 'verdict verdict-in'}>
                  {ruledOut ? 'Ruled out' : 'Not ruled out'}
                </span>
                <span>
                  <strong>{CONFOUNDER_WORDS[name]}.</strong> {finding}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A natural logarithm as a power of ten. */
function Power({ ln }: { readonly ln: number }) {
  return (
    <>
      10<sup>{(ln / Math.LN10).toFixed(1)}</sup>
    </>
  );
}

function fixedWords(fixed: boolean | null): string {
  if (fixed === null) return 'Too few units to tell';
  return fixed ? 'Yes' : 'No';
}

/** @param subnets how many may be left out; null where the alarm no longer stands */
function sparedWords(subnets: number | null): string {
  if (subnets === null) return 'not told of an alarm that no longer stands';
  if (subnets === 0) return 'the alarm would fall if the weightiest subnet were left out';
  return `the alarm stands without any ${formatCount(subnets)} of the subnets, even the ${subnets === 1 ? 'one' : 'ones'} that weigh most`;
}
