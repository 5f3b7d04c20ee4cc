import { expect, it } from 'vitest';
import { countersOf, dropsOf } from './counters.js';

it('countersOf reads what ip says of a link', () => {
  const json = '[{"ifname":"eth0","stats64":{"rx":{"bytes":7,"packets":1},"tx":{"bytes":9,"packets":2}}}]';
  expect(countersOf(json)).toEqual({ rxBytes: 7, txBytes: 9, rxPackets: 1, txPackets: 2 });
});

it('dropsOf puts counters into the order of their rules', () => {
  const said = `table inet censor {
	counter dropped10 {
		packets 3 bytes 4500
	}
	counter dropped2 {
		packets 0 bytes 0
	}
}`;
  expect(dropsOf(said)).toEqual([
    { packets: 0, bytes: 0 },
    { packets: 3, bytes: 4500 },
  ]);
  expect(dropsOf('table inet censor {\n}')).toEqual([]);
});
