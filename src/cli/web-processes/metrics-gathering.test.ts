import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { valueOf } from '../../../test/support/http/prometheus.ts';
import { Metrics } from '../../api/metrics.ts';
import { textOf, type ProcessReport } from '../../api/metrics/process-report.ts';
import type { MetricsMessage } from './messages.ts';
import { MetricsGathering, type Counting } from './metrics-gathering.ts';

/** Nobody waits for so long here. */
const LONG_MS = 60_000;
const SHORT_MS = 5;

/** A process that has placed orders, and answers at once while it is well. */
class Process implements Counting {
  readonly metrics = new Metrics();
  isWell = true;
  readonly #gathering: MetricsGathering;
  /** What it was given as the answer of all. */
  answer: ProcessReport | undefined;

  constructor(gathering: MetricsGathering, { queued }: { readonly queued: number }) {
    this.#gathering = gathering;
    this.metrics.watchQueue(() => queued);
    gathering.joined(this);
  }

  placed(orders: number): void {
    for (let order = 0; order < orders; order++) {
      this.metrics.requestAnswered('/v1/orders', 'POST', 201);
      this.metrics.requestTook('/v1/orders', 'POST', 0.004);
    }
  }

  send(message: MetricsMessage): void {
    if (message.kind === 'metrics') this.answer = message.report;
    else if (this.isWell) void this.#answer(message.number);
  }

  async #answer(number: number): Promise<void> {
    await this.#gathering.received(this, { kind: 'metrics', number, report: await this.metrics.report() });
  }
}

async function placedAndQueued(gathering: MetricsGathering): Promise<(number | undefined)[]> {
  const text = await textOf(await gathering.ofAll());
  return [
    valueOf(text, 'http_requests_total{path="/v1/orders",method="POST",status="201"}'),
    valueOf(text, 'http_request_duration_seconds_bucket{le="0.005",path="/v1/orders",method="POST"}'),
    valueOf(text, 'engine_queue_depth'),
  ];
}

describe('what several processes have counted', () => {
  test('is added up, whoever of them asks', async () => {
    const gathering = new MetricsGathering(LONG_MS);
    const [one, two] = [new Process(gathering, { queued: 4 }), new Process(gathering, { queued: 6 })];
    one.placed(2);
    two.placed(3);
    expect(await placedAndQueued(gathering)).toEqual([5, 5, 10]);
    await gathering.received(two, { kind: 'metrics_wanted', number: 9 });
    expect(await textOf(two.answer ?? { counts: [], gauges: [] })).toContain('engine_queue_depth 10\n');
  });

  test('does not wait for one that is silent, nor lose what it had counted', async () => {
    const gathering = new MetricsGathering(SHORT_MS);
    const [one, two] = [new Process(gathering, { queued: 4 }), new Process(gathering, { queued: 6 })];
    one.placed(2);
    two.placed(3);
    await gathering.ofAll();
    two.isWell = false;
    one.placed(1);
    expect(await placedAndQueued(gathering)).toEqual([6, 6, 4]);
  });

  test('does not fall when one dies, and another takes its place', async () => {
    const gathering = new MetricsGathering(LONG_MS);
    const [one, two] = [new Process(gathering, { queued: 4 }), new Process(gathering, { queued: 6 })];
    one.placed(2);
    two.placed(3);
    await gathering.ofAll();
    // It is asked once more, and dies of it.
    two.isWell = false;
    const asked = placedAndQueued(gathering);
    await nextTurn();
    gathering.left(two);
    expect(await asked).toEqual([5, 5, 4]);
    new Process(gathering, { queued: 1 }).placed(1);
    expect(await placedAndQueued(gathering)).toEqual([6, 6, 5]);
  });

  test('is that of the one that is worst off, where a sum would mean nothing', async () => {
    const gathering = new MetricsGathering(LONG_MS);
    const [one, two] = [new Process(gathering, { queued: 0 }), new Process(gathering, { queued: 0 })];
    one.metrics.watchBroker(() => true);
    two.metrics.watchBroker(() => false);
    const text = await textOf(await gathering.ofAll());
    expect(text).toContain('broker_connected 0\n');
    const { gauges } = await one.metrics.report();
    const combined = Object.fromEntries(gauges.map(({ name, aggregator }) => [name, aggregator]));
    expect(combined).toMatchObject({ nodejs_eventloop_lag_p99_seconds: 'max', process_resident_memory_bytes: 'sum' });
    // Each of them says what stands for all: none is left to what its library takes it for.
    expect(gauges.filter(({ aggregator }) => aggregator === 'omit' || aggregator === 'average')).toEqual([]);
  });
});
