import type { ArmName, DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';

/** The agent's ladder, as coordinators draw it. */
export const LADDER = [96_000, 256_000, 512_000];
export const DEEP_LADDER = [...LADDER, 1_000_000];

/** A download of an object from a site, as arm A or B. */
export function download(arm: ArmName, url: string, ladder: readonly number[]): DrawnArm {
  return {
    arm,
    direction: 'download',
    url,
    connect: null,
    trust: { kind: 'web' },
    ladder: [...ladder],
    ask: 'range',
  };
}

/** A test of the platform channel with these arms. */
export function platformTest(arms: readonly DrawnArm[], deep = false): DrawnTest {
  return {
    id: ulid(),
    ticket: 'bench',
    kind: 'platform',
    target: 'chirp',
    control: 'mirror',
    deep,
    family: 4,
    arms: [...arms],
    drawnAt: new Date().toISOString(),
  };
}
