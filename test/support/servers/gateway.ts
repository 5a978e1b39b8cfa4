import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll } from 'vitest';
import { buildGateway } from '../../../src/gateway/app.ts';
import type { FaultMode, FaultTarget } from '../../../src/gateway/faults.ts';
import type { GatewayApp } from '../../../src/gateway/types.ts';
import type { WebhookTarget } from '../../../src/gateway/webhooks/sender.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import type { TestDatabase } from '../database.ts';

/** A refund in the gateway's books, as its API shows it. */
export interface BookedJson {
  readonly id: string;
  readonly reference: string;
  readonly idempotency_key: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'declined';
  readonly decline_code: string | null;
  readonly created_at: string;
}

export interface FaultJson {
  readonly mode: FaultMode;
  readonly times?: number;
  readonly probability?: number;
  readonly delay_ms?: number;
  readonly on?: FaultTarget;
}

export interface TestGateway {
  readonly app: GatewayApp;
  /** It listens at this base URL, on a free port of this machine. */
  readonly url: string;
  /** Every line logged so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Asks for a refund. Without a key, the header is not sent. */
  refund(body: object | string, key?: string): Promise<LightMyRequestResponse>;
  get(url: string): Promise<LightMyRequestResponse>;
  switchOn(fault: FaultJson): Promise<void>;
  switchOff(): Promise<void>;
  /** All that is booked, oldest first. */
  books(): Promise<BookedJson[]>;
  /** Closes the app and builds it anew on the same database, as a restart does. */
  restart(): Promise<void>;
}

/** Called at the top of a test file, after useDatabase: the local payment gateway, on the file's own database. */
export function useGateway(database: TestDatabase, webhooks?: WebhookTarget): TestGateway {
  const log: Readonly<Record<string, unknown>>[] = [];
  const logger = createLogger('info', {
    write: (line) => log.push(JSON.parse(line) as Readonly<Record<string, unknown>>),
  });
  let built: { app: GatewayApp; url: string } | undefined;

  const build = async () => {
    const app = await buildGateway({ pool: database.pool, logger, webhooks });
    built = { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) };
  };
  beforeAll(build);
  afterAll(() => built?.app.close());

  const made = () => {
    if (!built) throw new Error('the gateway is built in beforeAll, and is not there before');
    return built;
  };
  const gateway: TestGateway = {
    get app() {
      return made().app;
    },
    get url() {
      return made().url;
    },
    log,
    refund: (payload, key) =>
      made().app.inject({
        method: 'POST',
        url: '/v1/refunds',
        headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
        payload,
      }),
    get: (url) => made().app.inject({ method: 'GET', url }),
    switchOn: async (fault) => {
      const answer = await made().app.inject({ method: 'PUT', url: '/v1/faults', payload: fault });
      if (answer.statusCode !== 200) throw new Error(`the fault was not switched on: ${answer.body}`);
    },
    switchOff: async () => {
      await made().app.inject({ method: 'DELETE', url: '/v1/faults' });
    },
    books: async () => {
      const { rows } = await database.pool.query<BookedJson>(
        `SELECT id, reference, idempotency_key, amount_minor, currency, status, decline_code, created_at
         FROM gateway.refunds ORDER BY sequence`,
      );
      return rows;
    },
    restart: async () => {
      await made().app.close();
      await build();
    },
  };
  return gateway;
}
