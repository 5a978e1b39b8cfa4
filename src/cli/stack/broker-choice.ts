import { Connection } from 'rabbitmq-client';

/** Where RabbitMQ is on a machine that has one as it comes. */
const DEFAULT_BROKER_URL = 'amqp://guest:guest@127.0.0.1:5672';
const PATIENCE_MS = 3_000;

export interface BrokerChoice {
  /** Undefined: none; each worker runs the jobs that it relays. */
  readonly brokerUrl: string | undefined;
  /** One line on what was found, without the password. */
  readonly says: string;
}

export const NO_BROKER: BrokerChoice = { brokerUrl: undefined, says: 'none: each worker runs the jobs that it relays' };

/**
 * The broker that was configured, whether it answers yet or not; without one, that of this machine, if it answers: the
 * jobs of whoever else is on it are in queues of their own.
 */
export async function chooseBroker(configured: string | undefined): Promise<BrokerChoice> {
  const brokerUrl = configured ?? DEFAULT_BROKER_URL;
  const place = new URL(brokerUrl).host;
  if (await answers(brokerUrl)) return { brokerUrl, says: `RabbitMQ at ${place}` };
  if (configured !== undefined) {
    return { brokerUrl, says: `no RabbitMQ answers at ${place} yet: jobs wait in the database until one does` };
  }
  return {
    brokerUrl: undefined,
    says: `none: no RabbitMQ answers at ${place}, so each worker runs the jobs that it relays (set BROKER_URL)`,
  };
}

async function answers(brokerUrl: string): Promise<boolean> {
  const rabbit = new Connection({ url: brokerUrl, retryLow: PATIENCE_MS, connectionTimeout: PATIENCE_MS });
  rabbit.on('error', () => undefined);
  try {
    await rabbit.onConnect(PATIENCE_MS, true);
    return true;
  } catch {
    return false;
  } finally {
    rabbit.unsafeDestroy();
  }
}
