import { Counter, Histogram, type Registry } from 'prom-client';

/** Prometheus metrics of the ingest; no label names a probe, an address or a URL. */
export class IngestMetrics {
  readonly results: Counter<'outcome'>;
  readonly stored: Counter<'source'>;
  readonly insertSeconds: Histogram;
  readonly insertRows: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.results = new Counter({
      name: 'brakelight_results_total',
      help: 'Results that probes sent, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    this.stored = new Counter({
      name: 'brakelight_rows_stored_total',
      help: 'Rows written to the store.',
      labelNames: ['source'],
      registers,
    });
    this.insertSeconds = new Histogram({
      name: 'brakelight_insert_duration_seconds',
      help: 'Duration of one insert into the store.',
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
      registers,
    });
    this.insertRows = new Histogram({
      name: 'brakelight_insert_rows',
      help: 'Rows of one insert into the store.',
      buckets: [1, 10, 100, 1000, 10_000],
      registers,
    });
  }
}
