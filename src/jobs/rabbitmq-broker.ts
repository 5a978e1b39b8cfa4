import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConsumerStatus, type AsyncMessage, type Connection, type Publisher } from 'rabbitmq-client';
import { JOB_KINDS, type JobKind } from '../domain/decision.ts';
import type { Logger } from '../platform/logger.ts';
import { confirmedWithin, connectRabbit, messageOf } from '../platform/rabbitmq.ts';
import { PublishError, type Acknowledgement, type Broker, type Consumer, type JobMessage } from './broker.ts';
import { RabbitSubscription } from './rabbitmq-subscription.ts';

export interface RabbitBrokerOptions {
  readonly brokerUrl: string;
  readonly logger: Logger;
  /** Begins the names of exchanges and queues. */
  readonly namespace: string;
  readonly observer?: RabbitBrokerObserver;
}

/** Told of what should not happen, for metrics. */
export interface RabbitBrokerObserver {
  /** No queue took the message: the job goes back to where it was. */
  messagesReturned?(messages: number): void;
  /** Not one of our messages: set aside in the dead-letter queue. */
  poisonMessage?(): void;
}

/**
 * Deliveries of one message before it is set aside. Quorum queues of RabbitMQ 3.10 have no limit unless one is given,
 * and a message that kills its worker would go round for ever.
 */
const DELIVERY_LIMIT = 20;
/** Of a queue, in messages. The relays stay far below it; reject-publish is what at-least-once dead-lettering asks for. */
const MOST_MESSAGES = 100_000;
/** A confirm that takes longer counts as lost; the job is sent again. */
const CONFIRM_TIMEOUT_MS = 5_000;
/** How often the broker is asked whether the subscriptions are served. */
const WATCH_INTERVAL_MS = 3_000;
/** Messages that no queue takes have the queues declared again, no more often than this. */
const DECLARE_INTERVAL_MS = 1_000;

const STATUS: Readonly<Record<Acknowledgement, ConsumerStatus>> = {
  ACK: ConsumerStatus.ACK,
  REQUEUE: ConsumerStatus.REQUEUE,
  DROP: ConsumerStatus.DROP,
};

/** Ids of jobs are one database's own: another installation on the same broker must not get them. */
export function namespaceOf(installation: string): string {
  return `roundtrip.${installation}`;
}

/** The broker of a fleet: durable quorum queues, one for each kind of job. */
export class RabbitBroker implements Broker {
  readonly #rabbit: Connection;
  readonly #publisher: Publisher;
  readonly #names: ReturnType<typeof namesIn>;
  readonly #logger: Logger;
  readonly #observer: RabbitBrokerObserver | undefined;
  readonly #returned = new Set<string>();
  #subscriptions: RabbitSubscription[] = [];
  #watch: NodeJS.Timeout | undefined;
  #declaredAt = -Infinity;

  constructor({ brokerUrl, logger, namespace, observer }: RabbitBrokerOptions) {
    this.#names = namesIn(namespace);
    this.#logger = logger;
    this.#observer = observer;
    this.#rabbit = connectRabbit(brokerUrl, logger, `${namespace} jobs`);
    this.#publisher = this.#rabbit.createPublisher({
      confirm: true,
      ...topology(this.#names),
    });
    this.#publisher.on('basic.return', ({ messageId }) => {
      if (messageId !== undefined) this.#returned.add(messageId);
    });
  }

  /** Whether the broker is connected and takes messages. */
  get ready(): boolean {
    return this.#rabbit.ready;
  }

  room(): number {
    return this.#rabbit.ready ? Infinity : 0;
  }

  /**
   * Every message is confirmed by the broker and has found its queue, or this rejects: without `mandatory`, a message
   * that no queue takes is confirmed and gone.
   */
  async publish(messages: readonly JobMessage[]): Promise<void> {
    const results = await Promise.allSettled(messages.map((message) => this.#publishOne(message)));
    const failed = messages.filter((_, index) => results[index]?.status === 'rejected');
    const first = results.find((result) => result.status === 'rejected');
    if (first) throw new PublishError(`${failed.length} of ${messages.length}: ${messageOf(first.reason)}`, failed);
  }

  async #publishOne({ jobId, kind }: JobMessage): Promise<void> {
    const messageId = randomUUID();
    const envelope = {
      exchange: this.#names.jobs,
      routingKey: kind,
      mandatory: true,
      durable: true,
      messageId,
      contentType: 'application/json',
    };
    await confirmedWithin(CONFIRM_TIMEOUT_MS, this.#publisher.send(envelope, { job_id: jobId, kind }));
    // The broker returns a message before it confirms it, but the client tells of the return one turn later.
    await nextTurn();
    if (this.#returned.delete(messageId)) {
      this.#observer?.messagesReturned?.(1);
      if (performance.now() - this.#declaredAt > DECLARE_INTERVAL_MS) void this.#declare();
      throw new Error(`no queue took the message of job ${jobId}`);
    }
  }

  async consume(consumer: Consumer, concurrencyOf: (kind: JobKind) => number): Promise<void> {
    await this.#declare();
    this.#subscriptions = JOB_KINDS.map(
      (kind) =>
        new RabbitSubscription({
          rabbit: this.#rabbit,
          queue: jobQueue(this.#names, kind),
          concurrency: concurrencyOf(kind),
          receive: async (message) => STATUS[await this.#receive(message, consumer)],
          logger: this.#logger,
          interrupted: () => void this.#declare(),
        }),
    );
    this.#watch = setInterval(() => void this.#look(), WATCH_INTERVAL_MS);
  }

  async #look(): Promise<void> {
    if (!this.#rabbit.ready) return;
    const looks = await Promise.allSettled(this.#subscriptions.map((subscription) => subscription.look()));
    // Asking after a queue that is not there fails.
    if (looks.some(({ status }) => status === 'rejected')) await this.#declare();
  }

  /** Whatever was deleted or wiped is there again. A broker that is away is declared to when it is back. */
  async #declare(): Promise<void> {
    const { exchanges, queues, queueBindings } = topology(this.#names);
    this.#declaredAt = performance.now();
    try {
      for (const exchange of exchanges) await this.#rabbit.exchangeDeclare(exchange);
      for (const queue of queues) await this.#rabbit.queueDeclare(queue);
      for (const binding of queueBindings) await this.#rabbit.queueBind(binding);
    } catch (error) {
      this.#logger.debug({ error: messageOf(error) }, 'the queues could not be declared now');
    }
  }

  async #receive(message: AsyncMessage, consumer: Consumer): Promise<Acknowledgement> {
    const jobMessage = readMessage(message.body);
    const answer = jobMessage ? await consumer(jobMessage) : 'DROP';
    if (answer === 'DROP') {
      this.#observer?.poisonMessage?.();
      this.#logger.error({ queue: message.routingKey, message: message.messageId }, 'a poison message is set aside');
    }
    return answer;
  }

  takeBack(): readonly JobMessage[] {
    return [];
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    await this.#publisher.close().catch(() => undefined);
    await this.#rabbit.close();
  }
}

function namesIn(namespace: string) {
  return {
    jobs: `${namespace}.jobs`,
    dead: `${namespace}.dead`,
    queueOf: (kind: JobKind) => `${namespace}.jobs.${kind}`,
  };
}

function jobQueue(names: ReturnType<typeof namesIn>, kind: JobKind) {
  return {
    queue: names.queueOf(kind),
    durable: true,
    arguments: {
      'x-queue-type': 'quorum' as const,
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': names.dead,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish' as const,
      'x-max-length': MOST_MESSAGES,
    },
  };
}

/** Declared by whoever comes first; declaring it again changes nothing. */
function topology(names: ReturnType<typeof namesIn>) {
  return {
    exchanges: [
      { exchange: names.jobs, type: 'direct', durable: true },
      { exchange: names.dead, type: 'fanout', durable: true },
    ],
    queues: [
      { queue: names.dead, durable: true, arguments: { 'x-queue-type': 'quorum' as const } },
      ...JOB_KINDS.map((kind) => jobQueue(names, kind)),
    ],
    queueBindings: [
      { exchange: names.dead, queue: names.dead, routingKey: '' },
      ...JOB_KINDS.map((kind) => ({ exchange: names.jobs, queue: names.queueOf(kind), routingKey: kind })),
    ],
  };
}

/** Undefined: not a message of ours, or one of a kind that this version does not know. */
function readMessage(body: unknown): JobMessage | undefined {
  if (typeof body !== 'object' || body === null || !('job_id' in body) || !('kind' in body)) return undefined;
  const { job_id: jobId, kind } = body;
  const known = JOB_KINDS.find((each) => each === kind);
  if (typeof jobId !== 'number' || !Number.isSafeInteger(jobId) || jobId < 1 || !known) return undefined;
  return { jobId, kind: known };
}
