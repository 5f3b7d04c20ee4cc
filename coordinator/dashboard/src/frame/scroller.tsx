import type { ComponentChildren } from 'preact';

/** A box that scrolls on its own when a table is larger than the page; reachable by keyboard, so that it can be. */
export function Scroller(props: {
  readonly label: string;
  readonly tall?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable to be scrolled by keyboard
    <section class={props.tall ? 'scroller scroller-tall' : 'scroller'} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}
