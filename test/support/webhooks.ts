import { afterEach } from 'vitest';
import type { ClientBase } from 'pg';
import { silentLogger } from '../../src/platform/logger.ts';
import { SecretBox } from '../../src/platform/secrets/secret-box.ts';
import { inTransaction } from '../../src/platform/database/transaction.ts';
import { AddressPolicy } from '../../src/webhooks/address-policy.ts';
import { createEndpoint, type EndpointSettings, type WithSecret } from '../../src/webhooks/endpoints.ts';
import { Webhooks } from '../../src/webhooks/webhooks.ts';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

const TIMEOUT_MS = 1_000;

export interface TestWebhooks {
  readonly box: SecretBox;
  /** Runs one more process's dealing and sending; all are stopped after the test. */
  start(): Webhooks;
  endpoint(fields: Partial<EndpointSettings> & { readonly url: string }): Promise<WithSecret>;
  transact<Result>(work: (client: ClientBase) => Promise<Result>): Promise<Result>;
  /** What waits for its next try has it now. */
  hurry(): Promise<void>;
  /** The states of an endpoint's deliveries, oldest first. */
  states(endpointId: number): Promise<string[]>;
  /** Waits until the endpoint has so many deliveries, all of them in this state. */
  allAre(endpointId: number, state: string, count: number): Promise<void>;
}

/** Called at the top of a test file, after useDatabase. This machine's loopback is allowed. */
export function useWebhooks(database: TestDatabase): TestWebhooks {
  const running: Webhooks[] = [];
  const box = new SecretBox([Buffer.alloc(32, 7)]);
  afterEach(async () => {
    await Promise.all(running.splice(0).map((webhooks) => webhooks.stop()));
  });

  const webhooks: TestWebhooks = {
    box,
    start: () => {
      const policy = new AddressPolicy(['127.0.0.0/8']);
      const started = new Webhooks({
        pool: database.pool,
        box,
        policy,
        logger: silentLogger,
        timeoutMs: TIMEOUT_MS,
        pollIntervalMs: 10,
      });
      started.start();
      running.push(started);
      return started;
    },
    endpoint: async ({ url, description = null, eventTypes = [], ordered = false }) => {
      const settings = { url, description, eventTypes, ordered };
      const made = await webhooks.transact((client) => createEndpoint(client, box, 'test', settings));
      if (!made) throw new Error('there are too many endpoints');
      return made;
    },
    transact: (work) => inTransaction(database.pool, work),
    hurry: async () => {
      await database.pool.query(
        `UPDATE webhook_deliveries SET next_attempt_at = now()
         WHERE state = 'PENDING' AND failures > 0 AND next_attempt_at > now()`,
      );
    },
    states: async (endpointId) => {
      const { rows } = await database.pool.query<{ state: string }>(
        'SELECT state FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY position, id',
        [endpointId],
      );
      return rows.map(({ state }) => state);
    },
    allAre: async (endpointId, state, count) => {
      await eventually(`${count} deliveries are ${state}`, async () => {
        const states = await webhooks.states(endpointId);
        return states.length === count && states.every((each) => each === state);
      });
    },
  };
  return webhooks;
}
