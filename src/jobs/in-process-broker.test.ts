import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Acknowledgement, Consumer, JobMessage } from './broker.ts';
import { InProcessBroker } from './in-process-broker.ts';

const message = (jobId: number): JobMessage => ({ jobId, kind: 'invoice.render' });
const messages = (from: number, to: number): JobMessage[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

/** A consumer whose answers the test gives. */
class HeldConsumer {
  readonly begun: number[] = [];
  readonly #answers = new Map<number, PromiseWithResolvers<Acknowledgement>>();

  readonly consume: Consumer = ({ jobId }) => {
    const answer = Promise.withResolvers<Acknowledgement>();
    this.begun.push(jobId);
    this.#answers.set(jobId, answer);
    return answer.promise;
  };

  async answer(jobId: number, acknowledgement: Acknowledgement): Promise<void> {
    this.#answers.get(jobId)?.resolve(acknowledgement);
    await nextTurn();
  }

  async fail(jobId: number): Promise<void> {
    this.#answers.get(jobId)?.reject(new Error('the consumer broke'));
    await nextTurn();
  }
}

describe('the broker of a single process', () => {
  test('has no room before anyone consumes and after it is closed', async () => {
    const broker = new InProcessBroker();
    expect(broker.room('invoice.render')).toBe(0);
    await broker.consume(new HeldConsumer().consume, () => 2);
    expect(broker.room('invoice.render')).toBe(8);
    await broker.close();
    expect(broker.room('invoice.render')).toBe(0);
  });

  test('delivers in order, as many at once as allowed, and the next when one is answered', async () => {
    const broker = new InProcessBroker();
    const consumer = new HeldConsumer();
    await broker.consume(consumer.consume, () => 2);
    await broker.publish(messages(1, 4));
    expect(consumer.begun).toEqual([1, 2]);
    await consumer.answer(2, 'ACK');
    expect(consumer.begun).toEqual([1, 2, 3]);
    await consumer.answer(1, 'DROP');
    expect(consumer.begun).toEqual([1, 2, 3, 4]);
  });

  test('counts as room what may still wait, not what is being consumed', async () => {
    const broker = new InProcessBroker();
    const consumer = new HeldConsumer();
    await broker.consume(consumer.consume, () => 2);
    await broker.publish(messages(1, 2));
    expect(broker.room('invoice.render')).toBe(8);
    await broker.publish(messages(3, 10));
    expect(broker.room('invoice.render')).toBe(0);
    expect(broker.room('refund.submit')).toBe(8);
    await consumer.answer(1, 'ACK');
    expect(broker.room('invoice.render')).toBe(1);
  });

  test('lets no kind wait behind another', async () => {
    const broker = new InProcessBroker();
    const consumer = new HeldConsumer();
    await broker.consume(consumer.consume, () => 2);
    await broker.publish([...messages(1, 4), { jobId: 5, kind: 'refund.submit' }]);
    expect(consumer.begun).toEqual([1, 2, 5]);
  });

  test('takes no message before anyone consumes', async () => {
    await expect(new InProcessBroker().publish([message(1)])).rejects.toThrow('nobody consumes');
  });

  test('leaves a message that is to be requeued, or whose consumer broke, to its lease, and goes on', async () => {
    const broker = new InProcessBroker();
    const consumer = new HeldConsumer();
    await broker.consume(consumer.consume, () => 1);
    await broker.publish(messages(1, 3));
    await consumer.answer(1, 'REQUEUE');
    await consumer.fail(2);
    await consumer.answer(3, 'ACK');
    expect(consumer.begun).toEqual([1, 2, 3]);
    expect(broker.room('invoice.render')).toBe(4);
  });

  test('closes when what is under way is answered, and delivers nothing that waited', async () => {
    const broker = new InProcessBroker();
    const consumer = new HeldConsumer();
    await broker.consume(consumer.consume, () => 1);
    await broker.publish(messages(1, 3));
    let isClosed = false;
    const closed = broker.close().then(() => {
      isClosed = true;
    });
    await nextTurn();
    expect(isClosed).toBe(false);
    await consumer.answer(1, 'ACK');
    await closed;
    expect(consumer.begun).toEqual([1]);
  });

  test('takes no message once it is closed', async () => {
    const broker = new InProcessBroker();
    await broker.close();
    await expect(broker.publish([message(1)])).rejects.toThrow('nobody consumes');
  });
});
