import type { ComponentChildren } from 'preact';
import type { Shade } from '../words/states.js';

interface PatternsProps {
  /** Name that {@link paint} is given. */
  readonly name: string;
  /** Size of the grain in units of the drawing; a map that is looked at closely has a finer one. */
  readonly grain: number;
}

/** Fills that do not rest on colour alone. An `id` reference needs no inline style. */
export function Patterns({ name, grain }: PatternsProps) {
  return (
    <defs>
      <Pattern id={`${name}-insufficient`} turn={45} size={3.6} grain={grain} ground="land">
        <rect width="1.1" height="3.6" class="shade-hatch" />
      </Pattern>
      <Pattern id={`${name}-suspected`} turn={-45} size={3.6} grain={grain} ground="suspected">
        <rect width="0.8" height="3.6" class="shade-paper" />
      </Pattern>
      <Pattern id={`${name}-platform-outage`} turn={45} size={3.6} grain={grain} ground="platform-outage">
        <circle cx="1.8" cy="1.8" r="0.75" class="shade-paper" />
      </Pattern>
      <Pattern id={`${name}-local-congestion`} turn={90} size={3.6} grain={grain} ground="local-congestion">
        <rect width="0.9" height="3.6" class="shade-paper" />
      </Pattern>
      <Pattern id={`${name}-stalled`} turn={0} size={3.6} grain={grain} ground="stalled">
        <rect width="0.9" height="3.6" class="shade-paper" />
      </Pattern>
    </defs>
  );
}

function Pattern(props: {
  readonly id: string;
  readonly turn: number;
  readonly size: number;
  readonly grain: number;
  readonly ground: string;
  readonly children: ComponentChildren;
}) {
  const { id, turn, size, grain, ground, children } = props;
  return (
    <pattern
      id={id}
      width={size}
      height={size}
      patternUnits="userSpaceOnUse"
      patternTransform={`rotate(${turn}) scale(${grain})`}
    >
      <rect width={size} height={size} class={`shade-${ground}`} />
      {children}
    </pattern>
  );
}

const PATTERNED: ReadonlySet<Shade> = new Set([
  'insufficient',
  'suspected',
  'platform-outage',
  'local-congestion',
  'stalled',
]);

/**
 * Attributes that paint an SVG shape in a shade.
 * @param patterns name of the {@link Patterns} to take fills from
 */
export function paint(shade: Shade, patterns: string): { class: string; fill?: string } {
  if (PATTERNED.has(shade)) return { class: 'painted', fill: `url(#${patterns}-${shade})` };
  return { class: `painted shade-${shade === 'no-probes' ? 'land' : shade}` };
}
