import { randomBytes } from 'node:crypto';
import { Connection } from 'rabbitmq-client';
import { afterAll } from 'vitest';

export const TEST_BROKER_URL = process.env['TEST_BROKER_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
const CONNECT_TIMEOUT_MS = 2_000;

/** Why tests that need a broker are left out; undefined: it is there. Under CI its absence fails them instead. */
export async function brokerAbsence(): Promise<string | undefined> {
  if (process.env['CI']) return undefined;
  const rabbit = new Connection({ url: TEST_BROKER_URL, retryLow: CONNECT_TIMEOUT_MS });
  rabbit.on('error', () => undefined);
  try {
    await rabbit.onConnect(CONNECT_TIMEOUT_MS, true);
    return undefined;
  } catch {
    return `no broker answers at ${TEST_BROKER_URL}`;
  } finally {
    rabbit.unsafeDestroy();
  }
}

/** Called at the top of a test file: a connection of the test's own, and names on the broker that nobody else has. */
export function useBroker(): { readonly namespace: string; readonly rabbit: Connection } {
  const rabbit = new Connection({ url: TEST_BROKER_URL });
  rabbit.on('error', () => undefined);
  afterAll(() => {
    rabbit.unsafeDestroy();
  });
  return { namespace: `test-${randomBytes(6).toString('hex')}`, rabbit };
}
