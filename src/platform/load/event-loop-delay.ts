import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const SAMPLED_EVERY_MS = 250;
/** One long turn, such as a collection of garbage makes, is over when it is seen: only what goes on counts. */
const LATE_SAMPLES = 2;
const NANOSECONDS_A_MS = 1e6;

export interface EventLoopWatch {
  /** Whether what is due has been waiting too long for its turn, half a second long and more. */
  readonly isLate: boolean;
  stop(): void;
}

/**
 * Watches how long timers wait for their turn, at next to no cost: nothing is done for a request.
 *
 * @param mostDelayMs the mean wait that is borne; 0: any, and nothing is watched
 */
export function watchEventLoop(mostDelayMs: number): EventLoopWatch {
  if (mostDelayMs === 0) return { isLate: false, stop: () => undefined };
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let lateSamples = 0;
  const timer = setInterval(() => {
    const meanMs = delays.count > 0 ? delays.mean / NANOSECONDS_A_MS : 0;
    delays.reset();
    lateSamples = meanMs > mostDelayMs ? lateSamples + 1 : 0;
  }, SAMPLED_EVERY_MS);
  timer.unref();
  return {
    get isLate() {
      return lateSamples >= LATE_SAMPLES;
    },
    stop: () => {
      clearInterval(timer);
      delays.disable();
    },
  };
}
