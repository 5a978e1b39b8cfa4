/**
 * Runs `work` on every item, at most `limit` at once, begun in order, and answers with the results in that order. The
 * first failure, or an abort of `signal`, aborts the signal that the work is given; nothing is left running.
 *
 * @throws what the first failed work threw, or the reason of `signal`
 */
export async function runBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const results: Result[] = [];
  const queue = items.entries();

  const runWorker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (either.aborted) return;
      try {
        results[index] = await work(item, either);
      } catch (error) {
        failure.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runWorker));
  either.throwIfAborted();
  return results;
}
