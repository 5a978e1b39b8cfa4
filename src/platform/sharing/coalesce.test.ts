import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { Coalescer, Overloaded, type CoalescerOptions, type Waiting } from './coalesce.ts';

interface HeldBatch {
  readonly items: readonly number[];
  /** Answers each item with ten times itself and ends the batch. */
  readonly succeed: () => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

type Bounds = Partial<Omit<CoalescerOptions<number, number>, 'run'>>;

/** A coalescer whose batches end when the test says so. */
function heldCoalescer(bounds: Bounds = {}): { coalescer: Coalescer<number, number>; batches: HeldBatch[] } {
  const batches: HeldBatch[] = [];
  const run = (batch: readonly Waiting<number, number>[]): Promise<void> => {
    const ended = Promise.withResolvers<undefined>();
    batches.push({
      items: batch.map(({ item }) => item),
      succeed: () => {
        for (const { item, resolve } of batch) resolve(item * 10);
        ended.resolve(undefined);
        return nextTurn();
      },
      fail: (error) => {
        ended.reject(error);
        return nextTurn();
      },
    });
    return ended.promise;
  };
  const options = { maxBatchItems: 100, maxBatchesInFlight: 1, maxQueuedWeight: 1_000, ...bounds, run };
  return { coalescer: new Coalescer(options), batches };
}

const itemsOf = (batches: readonly HeldBatch[]): (readonly number[])[] => batches.map(({ items }) => items);

describe('a coalescer', () => {
  test('sends a lone item at once, as a batch of one', async () => {
    const { coalescer, batches } = heldCoalescer();
    const answer = coalescer.submit(1);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[1]]);
    await batches[0]?.succeed();
    expect(await answer).toBe(10);
  });

  test('sends together, in order, what arrives in the same turn of the event loop', async () => {
    const { coalescer, batches } = heldCoalescer();
    const answers = [1, 2, 3].map((item) => coalescer.submit(item));
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[1, 2, 3]]);
    await batches[0]?.succeed();
    expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  });

  test('holds what arrives while a batch is in flight, and sends it together in the next', async () => {
    const { coalescer, batches } = heldCoalescer();
    void coalescer.submit(1);
    await nextTurn();
    const answers = [coalescer.submit(2)];
    await nextTurn();
    answers.push(coalescer.submit(3));
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[1]]);
    expect(coalescer.queued).toBe(2);
    await batches[0]?.succeed();
    expect(itemsOf(batches)).toEqual([[1], [2, 3]]);
    expect(coalescer.queued).toBe(0);
    await batches[1]?.succeed();
    expect(await Promise.all(answers)).toEqual([20, 30]);
  });

  test('keeps as many batches in flight as allowed, each of at most as many items as allowed', async () => {
    const sizes: number[] = [];
    const { coalescer, batches } = heldCoalescer({
      maxBatchItems: 2,
      maxBatchesInFlight: 2,
      onBatch: (items) => sizes.push(items),
    });
    for (const item of [1, 2, 3, 4, 5]) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await batches[1]?.succeed();
    expect(itemsOf(batches).at(2)).toEqual([5]);
    expect(sizes).toEqual([2, 2, 1]);
  });

  test('fills a batch up to its weight, and sends an item heavier than a batch alone', async () => {
    const { coalescer, batches } = heldCoalescer({
      maxBatchWeight: 10,
      weightOf: (item) => item,
      maxBatchesInFlight: 9,
    });
    for (const item of [4, 6, 1, 25, 3, 7, 1]) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[4, 6], [1], [25], [3, 7], [1]]);
  });
});

describe('a batch takes its share', () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => index);

  test('of what waits, among the places in flight; of what comes later, beside what is in flight already', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchesInFlight: 2, leastShare: 2 });
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([sixteen.slice(0, 8), sixteen.slice(8)]);
    for (const item of [16, 17, 18, 19, 20, 21]) void coalescer.submit(item);
    await batches[0]?.succeed();
    // Eight in flight and six that wait: a share is seven.
    expect(itemsOf(batches).at(2)).toEqual([16, 17, 18, 19, 20, 21]);
    await batches[1]?.succeed();
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    // Six in flight and sixteen that wait: a share is eleven.
    expect(itemsOf(batches).at(3)).toEqual(sixteen.slice(0, 11));
  });

  test('but no less than a number of items, for which another batch would not be worth it', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchesInFlight: 2, leastShare: 12 });
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([sixteen.slice(0, 12), sixteen.slice(12)]);
  });

  test('but of all places, when one is taken by a heavy item', async () => {
    const { coalescer, batches } = heldCoalescer({
      maxBatchesInFlight: 2,
      leastShare: 2,
      weightOf: (item) => item,
      heavyAbove: 100,
    });
    void coalescer.submit(101);
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[101], sixteen]);
  });

  test('and takes what would be too few to leave beside it, where it leaves alone', async () => {
    const few = { items: 5, waitMs: 60_000 };
    const { coalescer, batches } = heldCoalescer({ maxBatchesInFlight: 2, leastShare: 12, few });
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([sixteen]);
  });

  test('and no more than a batch may hold', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchesInFlight: 2, leastShare: 2, maxBatchItems: 5 });
    for (const item of sixteen) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([sixteen.slice(0, 5), sixteen.slice(5, 10)]);
  });
});

describe('few items', () => {
  const waitLong = { maxBatchesInFlight: 2, few: { items: 3, waitMs: 60_000 } };

  test('wait for the batch in flight, with all that comes until it ends', async () => {
    const { coalescer, batches } = heldCoalescer(waitLong);
    void coalescer.submit(1);
    await nextTurn();
    for (const item of [2, 3]) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[1]]);
    await batches[0]?.succeed();
    expect(itemsOf(batches)).toEqual([[1], [2, 3]]);
  });

  test('leave beside it once they are enough', async () => {
    const { coalescer, batches } = heldCoalescer(waitLong);
    void coalescer.submit(1);
    await nextTurn();
    for (const item of [2, 3, 4]) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[1], [2, 3, 4]]);
  });

  test('leave beside one that is held up', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchesInFlight: 2, few: { items: 3, waitMs: 5 } });
    void coalescer.submit(1);
    await nextTurn();
    void coalescer.submit(2);
    await eventually('a second batch', () => batches.length === 2);
    expect(itemsOf(batches)).toEqual([[1], [2]]);
  });

  test('do not wait for heavy ones', async () => {
    const { coalescer, batches } = heldCoalescer({ ...waitLong, heavyAbove: 10, weightOf: (item) => item });
    void coalescer.submit(20);
    await nextTurn();
    void coalescer.submit(1);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[20], [1]]);
  });
});

describe('heavy items', () => {
  const heavyAbove10 = { heavyAbove: 10, weightOf: (item: number) => item };

  test('leave one place in flight to the others, which pass those that wait', async () => {
    const { coalescer, batches } = heldCoalescer({ ...heavyAbove10, maxBatchWeight: 20, maxBatchesInFlight: 2 });
    for (const item of [20, 30, 40, 1, 2]) void coalescer.submit(item);
    await nextTurn();
    expect(itemsOf(batches)).toEqual([[20], [1, 2]]);
    await batches[1]?.succeed();
    void coalescer.submit(3);
    await nextTurn();
    expect(itemsOf(batches).slice(2)).toEqual([[3]]);
    await batches[0]?.succeed();
    expect(itemsOf(batches).slice(3)).toEqual([[30]]);
  });

  test('take turns with the others where one batch goes at a time', async () => {
    const { coalescer, batches } = heldCoalescer({ ...heavyAbove10, maxBatchItems: 1 });
    for (const item of [1, 2, 20, 30]) void coalescer.submit(item);
    await nextTurn();
    for (let batch = 0; batch < 4; batch += 1) await batches[batch]?.succeed();
    expect(itemsOf(batches)).toEqual([[20], [1], [30], [2]]);
  });
});

describe('a full queue', () => {
  test('refuses with Overloaded, takes again what fits once a batch has left, and loses nothing', async () => {
    const { coalescer, batches } = heldCoalescer({ maxQueuedWeight: 5, weightOf: (item) => item });
    const answers = [coalescer.submit(2), coalescer.submit(3)];
    await expect(coalescer.submit(1)).rejects.toBeInstanceOf(Overloaded);
    await nextTurn();
    answers.push(coalescer.submit(4));
    await expect(coalescer.submit(2)).rejects.toBeInstanceOf(Overloaded);
    answers.push(coalescer.submit(1));
    await batches[0]?.succeed();
    await batches[1]?.succeed();
    expect(await Promise.all(answers)).toEqual([20, 30, 40, 10]);
    expect(itemsOf(batches)).toEqual([
      [2, 3],
      [4, 1],
    ]);
  });

  test('is none while it is empty: an item heavier than the whole queue gets its turn', async () => {
    const { coalescer, batches } = heldCoalescer({ maxQueuedWeight: 5, weightOf: (item) => item });
    const heavy = coalescer.submit(50);
    await nextTurn();
    await batches[0]?.succeed();
    expect(await heavy).toBe(500);
  });
});

describe('a batch that throws', () => {
  test('rejects its own items and no others', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchItems: 2 });
    const answers = Promise.allSettled([1, 2, 3].map((item) => coalescer.submit(item)));
    await nextTurn();
    const error = new Error('the connection died');
    await batches[0]?.fail(error);
    await batches[1]?.succeed();
    expect(await answers).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: 30 },
    ]);
  });

  test('leaves the answers that it had given, also when it throws before its first wait', async () => {
    const error = new Error('halfway');
    const coalescer = new Coalescer<number, number>({
      maxBatchItems: 10,
      maxBatchesInFlight: 1,
      maxQueuedWeight: 10,
      run: ([first]) => {
        first?.resolve(1);
        throw error;
      },
    });
    expect(await Promise.allSettled([coalescer.submit(1), coalescer.submit(2)])).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: error },
    ]);
    await coalescer.drained();
  });
});

describe('drained', () => {
  test('resolves at once when nothing waits', async () => {
    await heldCoalescer().coalescer.drained();
  });

  test('resolves when the last batch has ended, whether it succeeds or throws', async () => {
    const { coalescer, batches } = heldCoalescer({ maxBatchItems: 1 });
    const answers = Promise.allSettled([coalescer.submit(1), coalescer.submit(2)]);
    let isDrained = false;
    const drained = coalescer.drained().then(() => {
      isDrained = true;
    });
    await nextTurn();
    await batches[0]?.succeed();
    expect(isDrained).toBe(false);
    await batches[1]?.fail(new Error('the connection died'));
    await drained;
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

test('whatever arrives whenever, each item leaves once, in order beside its like, and within every bound', async () => {
  const arrivals = fc.array(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }), { maxLength: 10 });
  const bound = fc.integer({ min: 1, max: 10 });
  await fc.assert(
    fc.asyncProperty(arrivals, bound, bound, fc.integer({ min: 1, max: 3 }), bound, async (...drawn) => {
      const [turns, items, weight, inFlight, leastShare] = drawn;
      const left: number[] = [];
      let running = 0;
      const coalescer = new Coalescer<number, number>({
        maxBatchItems: items,
        maxBatchWeight: weight,
        maxBatchesInFlight: inFlight,
        leastShare,
        heavyAbove: weight,
        maxQueuedWeight: 1_000,
        weightOf: (item) => item,
        run: async (batch) => {
          running += 1;
          expect(running).toBeLessThanOrEqual(inFlight);
          expect(batch.length).toBeLessThanOrEqual(items);
          const sum = batch.reduce((total, { item }) => total + item, 0);
          if (batch.length > 1) expect(sum).toBeLessThanOrEqual(weight);
          left.push(...batch.map(({ item }) => item));
          await nextTurn();
          running -= 1;
          for (const { item, resolve } of batch) resolve(item * 10);
        },
      });
      const answers: Promise<number>[] = [];
      for (const turn of turns) {
        answers.push(...turn.map((item) => coalescer.submit(item)));
        await nextTurn();
      }
      await coalescer.drained();
      const isHeavy = (item: number): boolean => item > weight;
      expect(left.filter(isHeavy)).toEqual(turns.flat().filter(isHeavy));
      expect(left.filter((item) => !isHeavy(item))).toEqual(turns.flat().filter((item) => !isHeavy(item)));
      expect(await Promise.all(answers)).toEqual(turns.flat().map((item) => item * 10));
    }),
  );
});
