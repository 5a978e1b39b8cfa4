import { Connection } from 'rabbitmq-client';
import type { Logger } from './logger.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Longest wait of a publish or a declaration for a connection that is away. */
const ACQUIRE_TIMEOUT_MS = 2_000;
const FIRST_RECONNECT_MS = 250;
const LONGEST_RECONNECT_MS = 5_000;
const HEARTBEAT_SECONDS = 10;

/** Connects, and again with back-off whenever the broker was away. Says once when it goes and once when it is back. */
export function connectRabbit(brokerUrl: string, logger: Logger, name: string): Connection {
  const rabbit = new Connection({
    url: brokerUrl,
    connectionName: name,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    acquireTimeout: ACQUIRE_TIMEOUT_MS,
    retryLow: FIRST_RECONNECT_MS,
    retryHigh: LONGEST_RECONNECT_MS,
    heartbeat: HEARTBEAT_SECONDS,
  });
  let away = false;
  rabbit.on('error', (error: unknown) => {
    if (!away) logger.warn({ error: messageOf(error) }, 'the broker is away; jobs wait in the database');
    away = true;
  });
  rabbit.on('connection', () => {
    if (away) logger.info('the broker is back');
    away = false;
  });
  rabbit.on('connection.blocked', (reason) => {
    logger.warn({ reason }, 'the broker takes no messages (its alarm); jobs wait in the database');
  });
  rabbit.on('connection.unblocked', () => {
    logger.info('the broker takes messages again');
  });
  return rabbit;
}

export interface BrokerWatch {
  /** Whether the broker is connected and takes messages. */
  ready(): boolean;
  close(): Promise<void>;
}

/** No queue has this name, and a message to none is dropped by the broker. */
const PROBE_ROUTING_KEY = 'roundtrip.readiness';
const PROBE_INTERVAL_MS = 1_000;

/**
 * Keeps a connection open only to know whether the broker is there and takes messages. One that has an alarm (its disk
 * or memory runs out) says so only to those who send, so a message that goes nowhere is sent now and then.
 */
export function watchBroker(brokerUrl: string, logger: Logger): BrokerWatch {
  const rabbit = connectRabbit(brokerUrl, logger, 'roundtrip readiness');
  const publisher = rabbit.createPublisher();
  const timer = setInterval(() => {
    if (rabbit.ready) publisher.send({ routingKey: PROBE_ROUTING_KEY }, '').catch(() => undefined);
  }, PROBE_INTERVAL_MS);
  timer.unref();
  return {
    ready: () => rabbit.ready,
    close: async () => {
      clearInterval(timer);
      await publisher.close().catch(() => undefined);
      await rabbit.close();
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws Error when `work`, which sends and waits for confirms, takes longer */
export async function confirmedWithin<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no confirm within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
