import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from './logger.ts';
import { Repeating } from './repeating.ts';

let log: string[];
const logger = createLogger('info', { write: (line) => log.push((JSON.parse(line) as { msg: string }).msg) });

beforeEach(() => {
  log = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is done again and again', () => {
  test('goes on at once while there is more, and every 50 ms when there is not', async () => {
    const answers = [true, true, false, false];
    const steps: number[] = [];
    const begunAt = Date.now();
    const repeating = new Repeating({
      what: 'work',
      logger,
      step: () => {
        steps.push(Date.now() - begunAt);
        return Promise.resolve(answers.shift() ?? false);
      },
    });
    repeating.start();
    await vi.advanceTimersByTimeAsync(120);
    expect(steps).toEqual([0, 0, 0, 50, 100]);
    await repeating.stop();
  });

  test('never runs twice at once, however often it is started, and not at all after it has stopped', async () => {
    let running = 0;
    let most = 0;
    let steps = 0;
    const step = async () => {
      steps += 1;
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 30));
      running -= 1;
      return true;
    };
    const repeating = new Repeating({ what: 'work', logger, step });
    repeating.start();
    repeating.start();
    await vi.advanceTimersByTimeAsync(100);
    const stopped = repeating.stop();
    await vi.advanceTimersByTimeAsync(30);
    await stopped;
    expect({ most, running }).toEqual({ most: 1, running: 0 });
    const before = steps;
    repeating.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(steps).toBe(before);
  });

  test('waits longer after each failure, to five seconds, and says once that it fails and once that it works', async () => {
    let failing = true;
    const failedAt: number[] = [];
    const begunAt = Date.now();
    const step = () => {
      if (!failing) return Promise.resolve(false);
      failedAt.push(Date.now() - begunAt);
      return Promise.reject(new Error('away'));
    };
    const repeating = new Repeating({ what: 'the work', logger, step });
    repeating.start();
    await vi.advanceTimersByTimeAsync(18_000);
    expect(failedAt).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 12_750, 17_750]);
    expect(log).toEqual(['the work fails now; it is tried again']);
    failing = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(log).toEqual(['the work fails now; it is tried again', 'the work works again']);
    failing = true;
    await vi.advanceTimersByTimeAsync(60);
    expect(log).toHaveLength(3);
    await repeating.stop();
  });
});
