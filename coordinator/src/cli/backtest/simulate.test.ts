import { describe, expect, it } from 'vitest';
import { parseSimulation } from './simulate.js';

describe('a simulation as it is asked for', () => {
  it('is one of three kinds', () => {
    expect(parseSimulation('outage:2021-03-20:20')).toEqual({
      kind: 'outage',
      date: '2021-03-20',
      factor: 20,
    });
    expect(parseSimulation('congestion:AS8402:0.5')).toEqual({ kind: 'congestion', asn: 8402, factor: 0.5 });
    expect(parseSimulation('liars:12668:0')).toEqual({ kind: 'liars', asn: 12668, count: 0 });
  });

  it.each([
    ['', 'none of outage'],
    ['rain', 'none of outage'],
    ['rain:1:2', 'none of outage'],
    ['outage:2021-03-20', 'none of outage'],
    ['outage:2021-03-20:20:5', 'none of outage'],
    ['outage:2021-13-45:20', 'date'],
    ['outage:2021-02-31:20', 'date'],
    ['outage:20 March:20', 'date'],
    ['outage:2021-03-20:0', 'factor'],
    ['outage:2021-03-20:-3', 'factor'],
    ['outage:2021-03-20:NaN', 'factor'],
    ['outage:2021-03-20:Infinity', 'factor'],
    ['outage:2021-03-20:', 'factor'],
    ['congestion:0:10', 'asn'],
    ['congestion:4294967296:10', 'asn'],
    ['congestion:Rostelecom:10', 'asn'],
    ['congestion::10', 'asn'],
    ['liars:12668:', 'm:'],
    ['liars:12668:-1', 'm:'],
    ['liars:12668:1.5', 'm:'],
    ['liars:12668:1e9', 'm:'],
  ])('"%s" is refused by the name of what is wrong', (text, named) => {
    expect(() => parseSimulation(text)).toThrow(named);
  });
});
