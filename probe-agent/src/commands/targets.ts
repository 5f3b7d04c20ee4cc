import { ownCoordinator, type Session } from './session.js';

/** What this coordinator measures and against what, as it signs it for everybody: a probe goes nowhere else. */
export async function targets(session: Session): Promise<void> {
  const { coordinator } = await ownCoordinator(session);
  const list = await coordinator.catalogue();
  const width = Math.max(...[...list.targets, ...list.controls].map(({ name }) => name.length));
  const row = (name: string, what: string | undefined) => `  ${name.padEnd(width)}  ${what}`;
  session.out.data(
    list,
    [
      `List ${list.version}. This probe measures these platforms, and nothing that is not listed:`,
      ...list.targets.map(({ name, objects }) => row(name, hosts(objects.map(({ url }) => url)))),
      'against these controls:',
      ...list.controls.map(({ name, network, object }) => row(name, `${hosts([object.url])} (${network})`)),
      'With your consent to swap tests, these names also appear towards the measurement server:',
      ...list.targets.map(({ name, hosts: [trigger] }) => row(name, trigger)),
    ].join('\n'),
  );
}

const hosts = (urls: readonly string[]) => [...new Set(urls.map((url) => new URL(url).hostname))].join(', ');
