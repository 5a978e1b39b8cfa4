/** What has asked the process to stop, such as a signal's name. */
export type StopRequest = Promise<string>;

/**
 * Listens for Ctrl-C and SIGTERM from now on, so that one that comes while the process starts is not lost: it stops in
 * good order as soon as it is up. A second signal ends the process at once: what it held is given out again when its
 * leases run out.
 */
export function listenForStop(): StopRequest {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        console.error('roundtrip: stopping; once more to stop at once');
        resolve(signal);
        process.on(signal, () => process.exit(1));
      });
    }
    onOrphaned(() => {
      console.error('roundtrip: stopping, as npm has ended');
      resolve('the end of npm');
    });
    // The stack holds a channel to each of its processes, so that none outlives it, however it dies. What they would
    // say of it has nowhere to go.
    if (process.channel) {
      process.once('disconnect', () => {
        resolve('the end of the stack');
      });
    }
  });
}

/** Longer than any role takes, and shorter than a supervisor waits before it kills (30 s in compose.yaml). */
const MOST_STOP_MS = 28_000;

/**
 * Runs until the process is asked to stop, then stops in good order.
 *
 * @param stop should be bounded in time by whoever gives it, and is ended after 28 s in any case
 * @param failed resolves with the reason when something that nothing works without has died
 */
export async function runUntilStopped(
  request: StopRequest,
  stop: () => Promise<void>,
  failed?: Promise<string>,
): Promise<void> {
  const asked = request.then(() => undefined);
  const failure = await (failed ? Promise.race([asked, failed]) : asked);
  if (failure !== undefined) console.error(`roundtrip: ${failure}`);
  // A part that waits for what is gone, such as a broker that went away while it was being closed, must not keep the
  // process: its jobs' leases run out like those of one that was killed.
  const isStopped = await Promise.race([stop().then(() => true), patience(MOST_STOP_MS)]);
  if (!isStopped)
    console.error(`roundtrip: not stopped in good order within ${MOST_STOP_MS / 1_000} s; ends all the same`);
  process.exit(failure === undefined && isStopped ? 0 : 1);
}

function patience(durationMs: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs, false);
  });
}

const PARENT_CHECK_INTERVAL_MS = 500;

/**
 * npm passes SIGTERM to the shell that it runs a script in, and that shell dies of it without a word to us. Under npm
 * the parent's death is therefore taken for the signal; anywhere else it means nothing.
 */
function onOrphaned(callback: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, PARENT_CHECK_INTERVAL_MS);
  timer.unref();
}
