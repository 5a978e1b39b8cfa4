import { describe, expect, test } from 'vitest';
import { runBounded } from './run-bounded.ts';

const never = new AbortController().signal;

describe('bounded work', () => {
  test('runs as many at once as allowed and no more, and answers in the order of the items', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const finished = runBounded([1, 2, 3, 4, 5], 2, never, async (item) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        if (waiting.length === 2 || item === 5) for (const release of waiting.splice(0).reverse()) release();
      });
      return item * 10;
    });
    expect(await finished).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  test('stops the others at the first failure, begins no more, and throws that failure', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const finished = runBounded([1, 2, 3], 2, never, async (item, signal) => {
      begun.push(item);
      if (item === 2) throw new Error('second');
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      ended.push(item);
      throw new Error('a consequence');
    });
    await expect(finished).rejects.toThrow('second');
    expect({ begun, ended }).toEqual({ begun: [1, 2], ended: [1] });
  });

  test('begins nothing when it was aborted before', async () => {
    const work = runBounded([1], 2, AbortSignal.abort(new Error('over')), () => Promise.reject(new Error('begun')));
    await expect(work).rejects.toThrow('over');
  });
});
