import type { JobKind } from '../domain/decision.ts';
import type { Broker, Consumer, JobMessage } from './broker.ts';

/** Messages that wait in memory for each one that is being consumed: enough that no consumer idles between two claims. */
const WAITING_PER_CONSUMER = 4;

interface Lane {
  readonly concurrency: number;
  readonly waiting: JobMessage[];
  underway: number;
}

/** The broker of a single process: bounded queues in memory, one for each kind, so that none waits behind another. */
export class InProcessBroker implements Broker {
  readonly #lanes = new Map<JobKind, Lane>();
  readonly #underway = new Set<Promise<void>>();
  #consumer: Consumer | undefined;
  #concurrencyOf: (kind: JobKind) => number = () => 0;
  #closed = false;

  room(kind: JobKind): number {
    if (!this.#consumer || this.#closed) return 0;
    const { concurrency, waiting } = this.#laneOf(kind);
    return concurrency * WAITING_PER_CONSUMER - waiting.length;
  }

  publish(messages: readonly JobMessage[]): Promise<void> {
    if (!this.#consumer || this.#closed) return Promise.reject(new Error('nobody consumes'));
    for (const message of messages) this.#laneOf(message.kind).waiting.push(message);
    for (const lane of this.#lanes.values()) this.#deliver(lane);
    return Promise.resolve();
  }

  consume(consumer: Consumer, concurrencyOf: (kind: JobKind) => number): Promise<void> {
    this.#consumer = consumer;
    this.#concurrencyOf = concurrencyOf;
    return Promise.resolve();
  }

  takeBack(): readonly JobMessage[] {
    this.#closed = true;
    return [...this.#lanes.values()].flatMap(({ waiting }) => waiting.splice(0));
  }

  async close(): Promise<void> {
    this.takeBack();
    await Promise.all(this.#underway);
  }

  #laneOf(kind: JobKind): Lane {
    const known = this.#lanes.get(kind);
    if (known) return known;
    const lane: Lane = { concurrency: this.#concurrencyOf(kind), waiting: [], underway: 0 };
    this.#lanes.set(kind, lane);
    return lane;
  }

  #deliver(lane: Lane): void {
    const consumer = this.#consumer;
    while (consumer && !this.#closed && lane.underway < lane.concurrency) {
      const message = lane.waiting.shift();
      if (!message) return;
      lane.underway += 1;
      const delivery = this.#consumeOne(consumer, message).finally(() => {
        this.#underway.delete(delivery);
        lane.underway -= 1;
        this.#deliver(lane);
      });
      this.#underway.add(delivery);
    }
  }

  async #consumeOne(consumer: Consumer, message: JobMessage): Promise<void> {
    const answer = await consumer(message).catch(() => 'REQUEUE' as const);
    // A message that cannot be worked on now is left to its lease, which paces it, instead of going round at once.
    if (answer === 'REQUEUE') return;
  }
}
