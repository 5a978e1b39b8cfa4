import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SharedReads } from './shared-reads.ts';

/** A source whose readings end when the test says so, each with what was there when it looked: at once, or when told. */
function heldSource({ queue = Promise.resolve(undefined) }: { queue?: Promise<undefined> } = {}) {
  const source = {
    value: 'first',
    readings: [] as PromiseWithResolvers<string>[],
    read: async (looks: () => void): Promise<string> => {
      await queue;
      looks();
      const seen = source.value;
      const held = Promise.withResolvers<string>();
      source.readings.push(held);
      await held.promise;
      return seen;
    },
  };
  return source;
}

/** Whatever can begin has begun. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}

async function end(reading: PromiseWithResolvers<string> | undefined): Promise<void> {
  reading?.resolve('');
  await settle();
}

describe('those who ask for the same thing', () => {
  test('in the same turn share one reading', async () => {
    const { readings, read } = heldSource();
    const reads = new SharedReads<string>();
    const answers = Promise.all([reads.ask('list', read), reads.ask('list', read), reads.ask('list', read)]);
    await settle();
    expect(readings).toHaveLength(1);
    await end(readings[0]);
    expect(await answers).toEqual(['first', 'first', 'first']);
    expect(reads.size).toBe(0);
  });

  test('while the reading stands in a queue share it, and see what was committed before they asked', async () => {
    const queue = Promise.withResolvers<undefined>();
    const source = heldSource({ queue: queue.promise });
    const reads = new SharedReads<string>();
    const early = reads.ask('list', source.read);
    await settle();
    source.value = 'second';
    const late = reads.ask('list', source.read);
    await settle();
    queue.resolve(undefined);
    await settle();
    expect(source.readings).toHaveLength(1);
    await end(source.readings[0]);
    expect(await Promise.all([early, late])).toEqual(['second', 'second']);
    expect(reads.size).toBe(0);
  });

  test('after it has looked again, as a reading does that is sent again, share the next as before', async () => {
    const looked: (() => void)[] = [];
    const readings: PromiseWithResolvers<string>[] = [];
    const read = (looks: () => void): Promise<string> => {
      looks();
      looked.push(looks);
      const held = Promise.withResolvers<string>();
      readings.push(held);
      return held.promise;
    };
    const reads = new SharedReads<string>();
    void reads.ask('list', read);
    await settle();
    const next = reads.ask('list', read);
    looked[0]?.();
    expect(reads.ask('list', read)).toBe(next);
    await end(readings[0]);
    await end(readings[1]);
    await next;
    expect(readings).toHaveLength(2);
    expect(reads.size).toBe(0);
  });

  test('while it is being read share the next reading, and see what was committed before they asked', async () => {
    const source = heldSource();
    const reads = new SharedReads<string>();
    const early = reads.ask('list', source.read);
    await settle();
    source.value = 'second';
    const late = Promise.all([reads.ask('list', source.read), reads.ask('list', source.read)]);
    await settle();
    expect(source.readings).toHaveLength(1);
    await end(source.readings[0]);
    expect(await early).toBe('first');
    expect(source.readings).toHaveLength(2);
    await end(source.readings[1]);
    expect(await late).toEqual(['second', 'second']);
    expect(reads.size).toBe(0);
  });

  test('hear together that it failed, and the next reading has nothing to do with that', async () => {
    const source = heldSource();
    const reads = new SharedReads<string>();
    const failing = Promise.allSettled([reads.ask('list', source.read), reads.ask('list', source.read)]);
    await settle();
    const next = reads.ask('list', source.read);
    source.readings[0]?.reject(new Error('the database is away'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await settle();
    await end(source.readings[1]);
    expect(await next).toBe('first');
    expect(reads.size).toBe(0);
  });
});

test('those who ask for different things do not wait for each other', async () => {
  const { readings, read } = heldSource();
  const reads = new SharedReads<string>();
  const one = reads.ask('of one shop', read);
  const other = reads.ask('of another', read);
  await settle();
  expect(readings).toHaveLength(2);
  await end(readings[1]);
  expect(await other).toBe('first');
  await end(readings[0]);
  expect(await one).toBe('first');
});
