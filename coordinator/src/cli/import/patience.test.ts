import { describe, expect, it } from 'vitest';
import { CommandError, TryLater } from '../client.js';
import { Patience } from './patience.js';

function patience(limitMs: number) {
  const heard: (string | null)[] = [];
  return { heard, patience: new Patience({ limitMs, onWait: (why) => void heard.push(why) }) };
}

describe('patience', () => {
  it('repeats what may work later, and says so once', async () => {
    const { heard, patience: patient } = patience(60_000);
    let tries = 0;
    const result = await patient.with(async () => {
      tries += 1;
      if (tries < 3) throw new TryLater('away', 0);
      return tries;
    });
    expect(result).toBe(3);
    expect(heard).toEqual(['away', null]);
    expect(patient.waits).toBe(2);
  });

  it('ends', async () => {
    const { patience: patient } = patience(0);
    await expect(
      patient.with(async () => {
        throw new TryLater('away', 0);
      }),
    ).rejects.toThrow('away');
  });

  it('does not repeat what will not work later either', async () => {
    const { heard, patience: patient } = patience(60_000);
    await expect(
      patient.with(async () => {
        throw new CommandError('wrong key', 4);
      }),
    ).rejects.toMatchObject({ exitCode: 4 });
    expect(heard).toEqual([]);
  });
});
