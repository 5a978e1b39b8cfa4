import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { JOB_KINDS } from '../src/domain/decision.ts';
import { createBackend, type Backend } from '../src/cli/backend.ts';
import { startWorker } from '../src/cli/roles/worker.ts';
import type { CloudEvent } from '../src/queries/events/cloud-event.ts';
import { readConfig } from '../src/platform/config.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { shopOn } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { valueOf } from './support/http/prometheus.ts';
import { brokerAbsence, TEST_BROKER_URL, useBroker } from './support/servers/broker.ts';
import { administer, dropDatabase, urlOfDatabase } from './support/servers/test-server.ts';

const ORDERS = 10;
const absence = await brokerAbsence();

describe.skipIf(absence)(`two shops on one RabbitMQ${absence ? ` (left out: ${absence})` : ''}`, () => {
  const { namespace, rabbit } = useBroker();
  const databases = ['a', 'b'].map((name) => `roundtrip_shop_${process.pid}_${name}`);
  const backends: Backend[] = [];
  const tokens: string[] = [];
  const stopping: (() => Promise<void>)[] = [];
  const events: CloudEvent[] = [];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'two shops '));
    stopping.push(() => rm(folder, { recursive: true }));
    const [exchange, queue] = ['roundtrip.events', `${namespace}.listener`];
    await rabbit.exchangeDeclare({ exchange, type: 'topic', durable: true });
    const listener = rabbit.createConsumer(
      { queue, queueOptions: { exclusive: true }, queueBindings: [{ exchange, routingKey: '#' }] },
      ({ body }) => {
        events.push(JSON.parse((body as Buffer).toString()) as CloudEvent);
      },
    );
    stopping.push(() => listener.close());
    await new Promise((resolve) => listener.once('ready', resolve));
    for (const database of databases) {
      await administer(inject('serverUrl'), `CREATE DATABASE ${database}`);
      stopping.push(() => dropDatabase(inject('serverUrl'), database));
      const url = urlOfDatabase(inject('serverUrl'), database);
      await migrate(url);
      const config = readConfig({
        BROKER_URL: TEST_BROKER_URL,
        INVOICE_OUTPUT_DIR: join(folder, database),
        MAIL_OUTPUT_DIR: join(folder, database),
      });
      const backend = createBackend(config, url, silentLogger);
      stopping.push(() => backend.close());
      const { rows } = await backend.pool.query<{ token: string }>('SELECT token FROM installation');
      const worker = await startWorker(backend, 'http://127.0.0.1:1');
      stopping.push(() => worker.stop());
      backends.push(backend);
      tokens.push(rows[0]?.token ?? '');
    }
  });
  afterAll(async () => {
    for (const stop of stopping.toReversed()) await stop();
    for (const token of tokens) await deleteTopology(`roundtrip.${token}`);
  });

  test('each does its own jobs, and takes none of the other for poison', async () => {
    const [busy, idle] = backends as [Backend, Backend];
    const shop = shopOn(() => busy.engine);
    await Promise.all(Array.from({ length: ORDERS }, () => shop.shippedOrder()));
    await eventually('all its invoices are drawn and sent', async () => {
      const { rows } = await busy.pool.query<{ done: number }>(
        "SELECT count(*) AS done FROM jobs WHERE state = 'DONE'",
      );
      return rows[0]?.done === 2 * ORDERS;
    });
    for (const { metrics } of [busy, idle]) {
      expect(valueOf(await metrics.page(), 'broker_poison_messages_total')).toBe(0);
    }
  });

  test('what happens in either is told by the same exchange, and says where it happened', async () => {
    const [one, other] = await Promise.all(
      backends.map(({ engine }, index) => shopOn(() => engine).place({ orderNumber: `${namespace}-${index}` })),
    );
    const sourcesOf = (orderNumber: string | undefined) =>
      events.filter(({ data }) => data.order_number === orderNumber).map(({ source }) => source);
    await eventually(
      'both are told',
      () => sourcesOf(one?.orderNumber).length > 0 && sourcesOf(other?.orderNumber).length > 0,
    );
    expect(new Set(sourcesOf(one?.orderNumber))).toEqual(new Set([`/roundtrip/${tokens[0]}`]));
    expect(new Set(sourcesOf(other?.orderNumber))).toEqual(new Set([`/roundtrip/${tokens[1]}`]));
  });

  async function deleteTopology(name: string): Promise<void> {
    for (const kind of JOB_KINDS) await rabbit.queueDelete({ queue: `${name}.jobs.${kind}` });
    await rabbit.queueDelete({ queue: `${name}.dead` });
    for (const exchange of [`${name}.jobs`, `${name}.dead`]) await rabbit.exchangeDelete({ exchange });
  }
});
