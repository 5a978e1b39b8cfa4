import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Pool } from 'pg';
import { readEventFeedLag, readPublishingLag } from '../queries/events/event-feed.ts';
import { countUnfinishedJobs, readLongestWait } from '../queries/jobs.ts';
import type { PaymentGatewayName } from '../domain/payments/payment-gateways.ts';
import { countOpenRefunds } from '../queries/money/refunds.ts';
import { reportOf, textOf, type ProcessReport } from './metrics/process-report.ts';
import { watchReconciliation } from './metrics/reconciliation.ts';
import { watchWebhooks } from './metrics/webhooks.ts';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200];

const SHEDDING_REASONS = ['in_progress', 'caller', 'event_loop'] as const;
type SheddingReason = (typeof SHEDDING_REASONS)[number];

/** The metrics of one process. Labels take few values each: routes by their template, states, kinds. */
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #own = new Registry();
  /** What is read from the database, and so the same in every process. */
  readonly #shop = new Registry();
  readonly #requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by route template, method and status',
    labelNames: ['path', 'method', 'status'] as const,
    registers: [this.#own],
  });
  readonly #durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request read to its answer sent, lasting streams left out',
    labelNames: ['path', 'method'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.#own],
  });
  readonly #shed = new Counter({
    name: 'http_requests_shed_total',
    help: 'Requests refused because too much was in progress (in_progress, caller) or waited (event_loop)',
    labelNames: ['reason'] as const,
    registers: [this.#own],
  });
  readonly #batches = new Histogram({
    name: 'engine_batch_commands',
    help: 'Commands that left together in one transaction',
    buckets: BATCH_BUCKETS,
    registers: [this.#own],
  });
  readonly #transitions = new Counter({
    name: 'transitions_total',
    help: 'Changes of state, by entity and the state reached',
    labelNames: ['entity', 'state'] as const,
    registers: [this.#own],
  });
  readonly #jobRuns = new Counter({
    name: 'job_runs_total',
    help: 'Runs of jobs in this process, by what came of them',
    labelNames: ['kind', 'result'] as const,
    registers: [this.#own],
  });
  readonly #jobDurations = new Histogram({
    name: 'job_duration_seconds',
    help: 'Time from a delivery to its outcome in the database',
    labelNames: ['kind'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.#own],
  });

  readonly #returned = new Counter({
    name: 'broker_messages_returned_total',
    help: 'Messages that found no queue; their jobs went back to READY',
    registers: [this.#own],
  });
  readonly #poison = new Counter({
    name: 'broker_poison_messages_total',
    help: 'Messages that were no job of ours, set aside in the dead-letter queue',
    registers: [this.#own],
  });
  readonly #eventsPlaced = new Counter({
    name: 'events_placed_total',
    help: 'Events that this process has placed in the feed',
    registers: [this.#own],
  });
  readonly #eventsPublished = new Counter({
    name: 'events_published_total',
    help: 'Events that this process has published and the broker has confirmed',
    registers: [this.#own],
  });

  readonly #webhooks = new Counter({
    name: 'webhook_sends_total',
    help: 'Tries to send a webhook in this process, by what came of them',
    labelNames: ['result'] as const,
    registers: [this.#own],
  });
  readonly #webhookDurations = new Histogram({
    name: 'webhook_send_duration_seconds',
    help: 'Time from a webhook taken up to what came of it written down',
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.#own],
  });

  readonly #brokers: (() => boolean)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.#own });
    // There from the start, so that the first ones show as an increase.
    for (const reason of SHEDDING_REASONS) this.#shed.inc({ reason }, 0);
    const brokers = this.#brokers;
    new Gauge({
      name: 'broker_connected',
      help: 'Whether this process has its connection to the broker (1) or not (0); absent where there is no broker',
      // Of several processes behind one port, whether all have theirs.
      aggregator: 'min',
      registers: [this.#own],
      collect() {
        if (brokers.length === 0) this.remove();
        else this.set(brokers.every((connected) => connected()) ? 1 : 0);
      },
    });
  }

  /**
   * All of it, as Prometheus reads it.
   *
   * @param processes what all the processes behind one port have to tell; left out: this one is alone
   */
  async page(processes?: ProcessReport): Promise<string> {
    const parts = await Promise.all([processes ? textOf(processes) : this.#own.metrics(), this.#shop.metrics()]);
    return parts.join('\n');
  }

  /** What this process alone can tell. */
  report(): Promise<ProcessReport> {
    return reportOf(this.#own);
  }

  requestAnswered(path: string, method: string, status: number): void {
    this.#requests.inc({ path, method, status });
  }

  requestTook(path: string, method: string, durationSeconds: number): void {
    this.#durations.observe({ path, method }, durationSeconds);
  }

  requestShed(reason: SheddingReason): void {
    this.#shed.inc({ reason });
  }

  batch(commands: number): void {
    this.#batches.observe(commands);
  }

  transition(entity: string, state: string): void {
    this.#transitions.inc({ entity, state });
  }

  jobRan(kind: string, result: string, durationSeconds: number): void {
    this.#jobRuns.inc({ kind, result });
    this.#jobDurations.observe({ kind }, durationSeconds);
  }

  messagesReturned(messages: number): void {
    this.#returned.inc(messages);
  }

  poisonMessage(): void {
    this.#poison.inc();
  }

  eventsPlaced(events: number): void {
    this.#eventsPlaced.inc(events);
  }

  eventsPublished(events: number): void {
    this.#eventsPublished.inc(events);
  }

  webhookSent(result: string, durationSeconds: number): void {
    this.#webhooks.inc({ result });
    this.#webhookDurations.observe(durationSeconds);
  }

  /** Shows how many commands wait in the engine. */
  watchQueue(queued: () => number): void {
    new Gauge({
      name: 'engine_queue_depth',
      help: 'Commands that wait for a batch',
      registers: [this.#own],
      collect() {
        this.set(queued());
      },
    });
  }

  /** Shows how many requests are in progress, lasting streams and the operator's own left out. */
  watchRequests(inProgress: () => number): void {
    new Gauge({
      name: 'http_requests_in_progress',
      help: 'Requests that have begun and are not answered yet',
      registers: [this.#own],
      collect() {
        this.set(inProgress());
      },
    });
  }

  /** A process that is web and worker at once has two connections, and says 1 when both are there. */
  watchBroker(connected: () => boolean): void {
    this.#brokers.push(connected);
  }

  /** @param gateways those whose books are compared with ours */
  watchPool(pool: Pool, gateways: readonly PaymentGatewayName[]): void {
    const brokers = this.#brokers;
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections of the read pool, by state, and requests that wait for one',
      labelNames: ['state'],
      registers: [this.#own],
      collect() {
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    });
    new Gauge({
      name: 'event_feed_lag_seconds',
      help: 'Age of the oldest transition that is not in the event feed yet; the same in every process',
      registers: [this.#shop],
      async collect() {
        const seconds = await readEventFeedLag(pool).catch(() => undefined);
        if (seconds !== undefined) this.set(seconds);
      },
    });
    new Gauge({
      name: 'event_publishing_lag_seconds',
      help: 'Age of the oldest event that the broker has not confirmed yet; the same in every process, absent where there is no broker',
      registers: [this.#shop],
      async collect() {
        // Events wait for ever where nobody publishes them.
        if (brokers.length === 0) {
          this.remove();
          return;
        }
        const seconds = await readPublishingLag(pool).catch(() => undefined);
        if (seconds !== undefined) this.set(seconds);
      },
    });
    new Gauge({
      name: 'jobs',
      help: 'Jobs that are not done, by kind and state; the same in every process',
      labelNames: ['kind', 'state'],
      registers: [this.#shop],
      async collect() {
        this.reset();
        // A scrape tells what it can while the database is away.
        const counts = await countUnfinishedJobs(pool).catch(() => []);
        for (const { kind, state, jobs } of counts) this.set({ kind, state }, jobs);
      },
    });
    new Gauge({
      name: 'jobs_longest_wait_seconds',
      help: 'How long the job that waits longest has been due and not begun; the same in every process',
      registers: [this.#shop],
      async collect() {
        const seconds = await readLongestWait(pool).catch(() => undefined);
        if (seconds !== undefined) this.set(seconds);
      },
    });
    watchWebhooks(this.#shop, pool);
    watchReconciliation(this.#shop, pool, gateways);
    new Gauge({
      name: 'refunds_open',
      help: 'Refunds that are not paid, by state; the same in every process',
      labelNames: ['state'],
      registers: [this.#shop],
      async collect() {
        this.reset();
        const counts = await countOpenRefunds(pool).catch(() => []);
        for (const { state, refunds } of counts) this.set({ state }, refunds);
      },
    });
  }
}
