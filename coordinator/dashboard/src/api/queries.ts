import type { Cell, Incident, IncidentEvent, SeriesPoint, ThrottledNow } from '@brakelight/shared';
import { apiUrl, getJson, getList, type Listing } from './client.js';
import { type Resource, useResource } from './resource.js';

/** One thing that is judged: a platform in a source. */
export interface Target {
  readonly source: string;
  readonly target: string;
  readonly name: string;
  readonly historical: boolean;
}

/** What the coordinator says of itself; read with care, older ones may say less. */
export interface CoordinatorFacts {
  readonly fingerprint?: string;
  readonly methodVersion?: string;
}

/** The live probes' own data set. */
export const LIVE = 'network';

export function useTargets(): Resource<Listing<Target>> {
  return useResource('targets', (signal) => getList<Target>('v1/targets', {}, signal));
}

export function useCells(source: string, country?: string): Resource<Listing<Cell>> {
  return useResource(`cells ${source} ${country}`, (signal) =>
    getList<Cell>('v1/cells', { source, country }, signal),
  );
}

export function useIncidents(source: string, country?: string): Resource<Listing<Incident>> {
  return useResource(`incidents ${source} ${country}`, (signal) =>
    getList<Incident>('v1/incidents', { source, country, grade: 'any' }, signal),
  );
}

/** The public list: of the live network, and as a whole. */
export function useThrottledNow(): Resource<ThrottledNow> {
  return useResource('throttled now', (signal) => getJson<ThrottledNow>(apiUrl('v1/throttled-now'), signal));
}

export function useIncident(id: string): Resource<Incident> {
  return useResource(`incident ${id}`, (signal) =>
    getJson<Incident>(apiUrl(`v1/incidents/${encodeURIComponent(id)}`), signal),
  );
}

export function useEvents(id: string): Resource<Listing<IncidentEvent>> {
  return useResource(`events ${id}`, (signal) =>
    getList<IncidentEvent>(`v1/incidents/${encodeURIComponent(id)}/events`, {}, signal),
  );
}

/** The course of an incident. Steps without tests are left out. */
export interface Series {
  readonly stepMs: number;
  readonly data: readonly SeriesPoint[];
}

export function useSeries(id: string): Resource<Series> {
  return useResource(`series ${id}`, async (signal) => {
    const url = apiUrl(`v1/incidents/${encodeURIComponent(id)}/series`);
    return await getJson<Series>(url, signal);
  });
}

export function useCoordinator(): Resource<CoordinatorFacts> {
  return useResource('coordinator', (signal) => getJson<CoordinatorFacts>(apiUrl('v1/coordinator'), signal));
}
