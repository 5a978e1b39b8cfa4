import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { handlersOfAll } from '../../test/support/jobs.ts';
import { brokerAbsence, TEST_BROKER_URL, useBroker } from '../../test/support/servers/broker.ts';
import { useDatabase } from '../../test/support/database.ts';
import { JOB_KINDS, type JobKind } from '../domain/decision.ts';
import { silentLogger } from '../platform/logger.ts';
import type { JobHandler } from './handler.ts';
import { JobStore } from './job-store.ts';
import { RabbitBroker } from './rabbitmq-broker.ts';
import { Relay } from './relay.ts';
import { Worker } from './worker.ts';

const PATIENCE_MS = 5_000;
const absence = await brokerAbsence();

describe.skipIf(absence)(`jobs over RabbitMQ${absence ? ` (left out: ${absence})` : ''}`, () => {
  const database = useDatabase();
  const { namespace, rabbit } = useBroker();
  const ran: number[] = [];
  const told = { returned: 0, poison: 0 };
  let broker: RabbitBroker;
  let relay: Relay;
  let worker: Worker;

  const run: JobHandler = (job) => {
    ran.push(job.id);
    return Promise.resolve('nothing_to_do');
  };

  beforeAll(async () => {
    await database.pool.query(
      `INSERT INTO orders (id, order_number, customer_id, currency, state, total_minor, placed_at)
       VALUES (1, 'ONE', 'customer', 'INR', 'PAID', 0, now())`,
    );
    broker = new RabbitBroker({
      brokerUrl: TEST_BROKER_URL,
      logger: silentLogger,
      namespace,
      observer: {
        messagesReturned: (messages) => (told.returned += messages),
        poisonMessage: () => (told.poison += 1),
      },
    });
    const store = new JobStore(database.pool);
    const handlers = handlersOfAll(run);
    worker = new Worker({ store, broker, handlers, concurrencyOf: () => 8, logger: silentLogger });
    relay = new Relay(store, broker, silentLogger);
    await worker.start();
    relay.start();
  });

  afterEach(() => {
    ran.length = 0;
  });

  afterAll(async () => {
    await relay.stop();
    await worker.stop(PATIENCE_MS);
    for (const kind of JOB_KINDS) await rabbit.queueDelete({ queue: `${namespace}.jobs.${kind}` });
    await rabbit.queueDelete({ queue: `${namespace}.dead` });
    await rabbit.exchangeDelete({ exchange: `${namespace}.jobs` });
    await rabbit.exchangeDelete({ exchange: `${namespace}.dead` });
  });

  test('every job of every kind runs once', async () => {
    const ids = await addJobs(JOB_KINDS.flatMap((kind) => Array<JobKind>(40).fill(kind)));
    await untilDone(ids);
    expect(ran.toSorted(ascending)).toEqual(ids.toSorted(ascending));
  });

  test('the queues are durable quorum queues with a delivery limit and at-least-once dead letters', async () => {
    for (const kind of JOB_KINDS) {
      const queue = `${namespace}.jobs.${kind}`;
      await expect(rabbit.queueDeclare({ queue, passive: true })).resolves.toMatchObject({ queue });
      // Declaring it again otherwise is refused by the broker, naming the argument that differs.
      const otherwise = { 'x-queue-type': 'quorum' as const };
      await expect(rabbit.queueDeclare({ queue, durable: true, arguments: otherwise })).rejects.toThrow(/inequivalent/);
    }
  });

  test('a message that comes ten times runs its job once', async () => {
    const [id] = await addJobs(['invoice.render']);
    await untilDone([id ?? 0]);
    const publisher = rabbit.createPublisher({ confirm: true });
    for (let time = 0; time < 10; time += 1)
      await publisher.send(envelope('invoice.render'), { job_id: id, kind: 'invoice.render' });
    await publisher.close();
    const [next] = await addJobs(['invoice.render']);
    await untilDone([next ?? 0]);
    expect(ran).toEqual([id, next]);
  });

  test('poison is set aside, counted and never loops, and the others are served', async () => {
    const before = told.poison;
    const publisher = rabbit.createPublisher({ confirm: true });
    const poison = [
      Buffer.from('{"job_id":'),
      'plain text',
      { job_id: 1.5, kind: 'invoice.render' },
      { job_id: 1, kind: 'no.such.kind' },
      { job_id: 999_999_999, kind: 'invoice.render' },
      [],
    ];
    for (const body of poison) await publisher.send(envelope('invoice.render'), body);
    await publisher.close();
    const ids = await addJobs(['invoice.render']);
    await untilDone(ids);
    await expect.poll(() => told.poison - before, { timeout: 10_000 }).toBe(poison.length);
    await expect
      .poll(async () => (await rabbit.queueDeclare({ queue: `${namespace}.dead`, passive: true })).messageCount, {
        timeout: 10_000,
      })
      .toBe(poison.length);
  });

  test('a job whose message finds no queue is counted, and runs when the queue has been bound again', async () => {
    const before = told.returned;
    await rabbit.queueUnbind({
      exchange: `${namespace}.jobs`,
      queue: `${namespace}.jobs.refund.submit`,
      routingKey: 'refund.submit',
    });
    const [id] = await addJobs(['refund.submit']);
    await untilDone([id ?? 0]);
    expect(told.returned).toBeGreaterThan(before);
    expect(ran).toEqual([id]);
  });

  test('queues that are deleted under the workers are there again, and lose no job', async () => {
    const first = await addJobs(Array<JobKind>(20).fill('invoice.email'));
    for (const kind of JOB_KINDS) await rabbit.queueDelete({ queue: `${namespace}.jobs.${kind}` });
    const second = await addJobs(Array<JobKind>(20).fill('invoice.email'));
    // What was in the deleted queue is sent again when its lease runs out; nobody waits a minute for that here.
    const expire = () =>
      database.pool.query(
        `UPDATE jobs SET leased_until = now() WHERE state = 'QUEUED' AND updated_at < now() - interval '2 s'`,
      );
    await expect
      .poll(async () => (await expire(), await unfinished([...first, ...second])), { timeout: 60_000, interval: 200 })
      .toBe(0);
    expect(new Set(ran)).toEqual(new Set([...first, ...second]));
  }, 90_000);

  async function addJobs(kinds: readonly JobKind[]): Promise<number[]> {
    const { rows } = await database.pool.query<{ id: number }>(
      'INSERT INTO jobs (order_id, kind, subject_id) SELECT 1, kind, 1 FROM unnest($1::text[]) AS kind RETURNING id',
      [kinds],
    );
    return rows.map(({ id }) => id);
  }

  async function unfinished(ids: readonly number[]): Promise<number> {
    const { rows } = await database.pool.query<{ count: number }>(
      `SELECT count(*) FROM jobs WHERE id = ANY ($1::bigint[]) AND state <> 'DONE'`,
      [ids],
    );
    return rows[0]?.count ?? 0;
  }

  async function untilDone(ids: readonly number[]): Promise<void> {
    await expect.poll(() => unfinished(ids), { timeout: 20_000, interval: 20 }).toBe(0);
  }

  function envelope(routingKey: string) {
    return { exchange: `${namespace}.jobs`, routingKey, durable: true };
  }
});

function ascending(a: number, b: number): number {
  return a - b;
}
