import { AggregatorRegistry, Gauge, type Aggregator, type Registry } from 'prom-client';

type MetricsAsData = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** What one process has to tell, or several together, as data that goes from process to process. */
export interface ProcessReport {
  /** Counters and histograms, which only grow. */
  readonly counts: MetricsAsData;
  /** How it is now. */
  readonly gauges: MetricsAsData;
}

/**
 * What stands for all of several processes, where that is not the sum: the one that is worst off. Of Node's own metrics
 * alone, since ours say it where they are made.
 */
const AGGREGATOR_OF: ReadonlyMap<string, Aggregator> = new Map([
  ['nodejs_eventloop_lag_seconds', 'max'],
  ['nodejs_eventloop_lag_min_seconds', 'min'],
  ['nodejs_eventloop_lag_max_seconds', 'max'],
  ['nodejs_eventloop_lag_mean_seconds', 'max'],
  ['nodejs_eventloop_lag_stddev_seconds', 'max'],
  ['nodejs_eventloop_lag_p50_seconds', 'max'],
  ['nodejs_eventloop_lag_p90_seconds', 'max'],
  ['nodejs_eventloop_lag_p99_seconds', 'max'],
  // Each process has its own bound; the last to start is the one that has died before.
  ['process_open_fds', 'max'],
  ['process_max_fds', 'min'],
  ['process_start_time_seconds', 'max'],
]);

export async function reportOf(registry: Registry): Promise<ProcessReport> {
  const metrics = (await registry.getMetricsAsJSON()).map((metric) => ({
    ...metric,
    aggregator: AGGREGATOR_OF.get(metric.name) ?? metric.aggregator,
  }));
  const isGauge = ({ name }: { readonly name: string }) => registry.getSingleMetric(name) instanceof Gauge;
  return { counts: metrics.filter((metric) => !isGauge(metric)), gauges: metrics.filter(isGauge) };
}

/** Makes one of several. */
export async function together(reports: readonly ProcessReport[]): Promise<ProcessReport> {
  return {
    counts: await addUp(reports.map(({ counts }) => counts)),
    gauges: await addUp(reports.map(({ gauges }) => gauges)),
  };
}

async function addUp(metrics: MetricsAsData[]): Promise<MetricsAsData> {
  return AggregatorRegistry.aggregate(metrics).getMetricsAsJSON();
}

/** As Prometheus reads it. */
export function textOf({ counts, gauges }: ProcessReport): Promise<string> {
  return AggregatorRegistry.aggregate([counts, gauges]).metrics();
}
