import type { Cell, Incident, IncidentEvent, SeriesPoint } from '@brakelight/shared';
import type { MeasurementRow } from '../store/rows.js';
import type { Page, PageRequest } from './page.js';

interface PlaceFilter {
  readonly source?: string | undefined;
  readonly country?: string | undefined;
  readonly asn?: number | undefined;
  readonly target?: string | undefined;
}

interface PeriodFilter {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export type MeasurementFilter = PlaceFilter &
  PeriodFilter & { readonly kind?: 'platform' | 'swap' | undefined };
export type IncidentFilter = PlaceFilter &
  PeriodFilter & {
    readonly status?: Incident['status'] | undefined;
    readonly grades?: readonly Incident['grade'][] | undefined;
  };
export type CellFilter = PlaceFilter & { readonly state?: Cell['state'] | undefined };

/** What researchers' questions need of the store, and no more. */
export interface Reading {
  readonly measurements: {
    list(filter: MeasurementFilter, page: PageRequest): Promise<Page<MeasurementRow>>;
    series(filter: {
      source: string;
      country?: string;
      target: string;
      since: string;
      until: string;
      stepMs: number;
    }): Promise<SeriesPoint[]>;
    targets(): Promise<readonly { source: string; target: string }[]>;
  };
  readonly cells: { list(filter: CellFilter, page: PageRequest): Promise<Page<Cell>> };
  readonly incidents: {
    list(filter: IncidentFilter, page: PageRequest): Promise<Page<Incident>>;
    get(id: string): Promise<Incident | null>;
    events(filter: { incidentId: string }): Promise<IncidentEvent[]>;
  };
}
