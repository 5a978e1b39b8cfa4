import { setTimeout as delay } from 'node:timers/promises';
import { JOB_KINDS, type JobKind } from '../src/domain/decision.ts';
import { exampleInvoicePolicy, examplePlacement } from '../src/domain/example-orders.ts';
import { Engine } from '../src/engine/engine.ts';
import type { Broker } from '../src/jobs/broker.ts';
import type { JobHandler } from '../src/jobs/handler.ts';
import { InProcessBroker } from '../src/jobs/in-process-broker.ts';
import { JobStore } from '../src/jobs/job-store.ts';
import { RabbitBroker } from '../src/jobs/rabbitmq-broker.ts';
import { Relay } from '../src/jobs/relay.ts';
import { Worker } from '../src/jobs/worker.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createPool } from '../src/platform/database/postgres.ts';
import { makeFolders, removeFolders } from './world/folders.ts';
import { OwnPostgres } from './world/postgres.ts';
import { findRabbitServer } from './world/rabbit/node.ts';
import { OwnRabbit } from './world/rabbit/own-rabbit.ts';

/**
 * Measures how long an idle system takes from the commit of a change until the handler of its job starts. Over RabbitMQ
 * the relay is told of nothing, as where another process commits; in one process it is.
 */
const SAMPLES = 300;
const MOST_P99_MS = 150;
const MOST_IDLE_MS = 120;
const HANDLER_PATIENCE_MS = 10_000;

const folders = await makeFolders(false);
const postgres = await OwnPostgres.start(folders.postgres);
const rabbitProgram = findRabbitServer();
const rabbit = rabbitProgram === undefined ? undefined : await OwnRabbit.start(folders.rabbit, rabbitProgram);
try {
  await migrate(postgres.url);
  const slow = [await measure('in process', new InProcessBroker(), true)];
  if (rabbit) {
    const brokerUrl = `amqp://guest:guest@127.0.0.1:${rabbit.port}`;
    slow.push(
      await measure(
        'over RabbitMQ',
        new RabbitBroker({ brokerUrl, namespace: 'latency', logger: silentLogger }),
        false,
      ),
    );
  } else console.log('over RabbitMQ: skipped, rabbitmq-server is not installed');
  process.exitCode = slow.includes(true) ? 1 : 0;
} finally {
  await Promise.allSettled([postgres.stop(), rabbit?.stop()]);
  await removeFolders(folders);
}

/** True: too slow. */
async function measure(name: string, broker: Broker, wakes: boolean): Promise<boolean> {
  const pool = createPool({ databaseUrl: postgres.url, applicationName: 'latency', size: 4, logger: silentLogger });
  const store = new JobStore(pool);
  const relay = new Relay(store, broker, silentLogger);
  const started = new Map<number, (at: number) => void>();
  const handler: JobHandler = (job) => {
    started.get(job.orderId)?.(performance.now());
    return Promise.resolve('nothing_to_do');
  };
  const handlers = Object.fromEntries(JOB_KINDS.map((kind) => [kind, handler])) as Record<JobKind, JobHandler>;
  const worker = new Worker({ store, broker, handlers, concurrencyOf: () => 16, logger: silentLogger });
  const engine = new Engine({
    databaseUrl: postgres.url,
    invoicePolicy: exampleInvoicePolicy,
    logger: silentLogger,
    observer: {
      jobsReady: () => {
        if (wakes) relay.wake();
      },
    },
  });
  await worker.start();
  relay.start();
  const latencies: number[] = [];
  // The first ones pay for connections and caches.
  for (let sample = -10; sample < SAMPLES; sample += 1) {
    const latencyMs = await latencyOfOne(engine, started);
    if (sample >= 0) latencies.push(latencyMs);
    await delay(Math.random() * MOST_IDLE_MS);
  }
  await relay.stop();
  await worker.stop(1_000);
  await engine.close();
  await pool.end();
  return tell(name, latencies);
}

async function latencyOfOne(engine: Engine, started: Map<number, (at: number) => void>): Promise<number> {
  const placed = await engine.execute({
    intent: { kind: 'place', command: { ...examplePlacement, orderNumber: null } },
    actor: 'latency',
  });
  if (placed.kind !== 'done') throw new Error(`an order was not placed: ${placed.kind}`);
  const orderId = placed.order.id;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  started.set(orderId, resolve);
  let committedAt = 0;
  for (const event of ['pay', 'process', 'ship'] as const) {
    const command = { type: 'move_order', event, reason: null } as const;
    await engine.execute({ intent: { kind: 'change', target: { orderId }, command }, actor: 'latency' });
    committedAt = performance.now();
  }
  const timer = setTimeout(() => {
    reject(new Error(`no handler started within ${HANDLER_PATIENCE_MS} ms`));
  }, HANDLER_PATIENCE_MS);
  const startedAt = await promise;
  clearTimeout(timer);
  started.delete(orderId);
  // The handler may start before the engine has said that it committed.
  return Math.max(0, startedAt - committedAt);
}

function tell(name: string, latencies: readonly number[]): boolean {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)].map((ms) => `${ms.toFixed(1)} ms`);
  const isSlow = at(0.99) > MOST_P99_MS;
  console.log(
    `from commit to handler, ${name}: p50 ${p50}, p99 ${p99}, max ${max} of ${sorted.length}${isSlow ? ` (over ${MOST_P99_MS} ms)` : ''}`,
  );
  return isSlow;
}
