import cluster from 'node:cluster';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../platform/logger.ts';
import { StartError } from '../../platform/start-error.ts';
import { SupervisedProcess } from '../supervised-process.ts';
import { isMessage, type FromServing, type MetricsMessage } from './messages.ts';
import { MetricsGathering, type Counting } from './metrics-gathering.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** In a row, of one that has not come up. The pauses between the last of them take a minute together. */
const HOPELESS_DEATHS = { beforeAllWereUp: 3, later: 10 };
/** Longer than a process takes that stops in good order, or gives up on it. */
const STOP_PATIENCE_MS = 30_000;

interface Place {
  readonly process: SupervisedProcess;
  isUp: boolean;
  /** Before coming up, in a row. */
  deaths: number;
  /** In the words of the last that could not start. */
  because: string | undefined;
}

/**
 * Several processes that serve behind one port, which this process holds for them: each new connection goes to the next
 * one in turn. One that dies is started again; one that cannot be started is the end of all.
 */
export class ServingProcesses {
  readonly #places: readonly Place[];
  readonly #logger: Logger;
  readonly #metrics = new MetricsGathering();
  readonly #up = Promise.withResolvers<string>();
  readonly #failure = Promise.withResolvers<string>();
  #areAllUp = false;

  constructor(count: number, logger: Logger) {
    this.#logger = logger;
    // What JSON has no word for is among the figures. The flags of Node are those that this process was started with.
    cluster.setupPrimary({ exec: MAIN, args: ['web'], serialization: 'advanced' });
    this.#places = Array.from({ length: count }, () => this.#makePlace());
    // However this process ends, short of being killed: nobody is left.
    process.once('exit', () => {
      for (const place of this.#places) place.process.kill('SIGKILL');
    });
  }

  /** Resolves with the reason when one of them cannot be started again. */
  get failed(): Promise<string> {
    return this.#failure.promise;
  }

  /**
   * Starts all.
   *
   * @returns the address that they listen on, when all are up
   * @throws StartError when one of them cannot start, in its own words
   */
  async start(): Promise<string> {
    for (const place of this.#places) place.process.start();
    const failure = this.failed.then((reason) => {
      throw new StartError(reason);
    });
    return Promise.race([this.#up.promise, failure]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.process.stop(STOP_PATIENCE_MS)));
  }

  #makePlace(): Place {
    const place: Place = {
      process: new SupervisedProcess({
        launch: () => this.#launch(place),
        died: (how, pauseMs) => {
          this.#died(place, how, pauseMs);
        },
      }),
      isUp: false,
      deaths: 0,
      because: undefined,
    };
    return place;
  }

  #launch(place: Place): ChildProcess {
    const worker = cluster.fork();
    const counting: Counting = {
      send: (message: MetricsMessage) => {
        // One that has gone meanwhile is heard of by its exit.
        if (worker.isConnected()) worker.send(message, () => undefined);
      },
    };
    worker.on('message', (message: unknown) => {
      if (isMessage(message)) this.#received(place, counting, message);
    });
    // After its last message, which may come after its exit.
    worker.on('disconnect', () => {
      this.#metrics.left(counting);
    });
    // That it could not be started at all is told by the process itself as well, to whoever supervises it.
    worker.on('error', () => undefined);
    return worker.process;
  }

  #received(place: Place, counting: Counting, message: FromServing): void {
    switch (message.kind) {
      case 'up':
        this.#metrics.joined(counting);
        place.isUp = true;
        place.deaths = 0;
        place.because = undefined;
        if (this.#areAllUp || !this.#places.every(({ isUp }) => isUp)) return;
        this.#areAllUp = true;
        this.#up.resolve(message.url);
        return;
      case 'cannot_start':
        place.because = message.because;
        if (this.#areAllUp) this.#logger.error({ because: message.because }, 'a web process cannot start');
        // What is wrong at the start is wrong for all of them, and does not mend itself.
        else this.#failure.resolve(message.because);
        return;
      case 'metrics_wanted':
      case 'metrics':
        void this.#metrics.received(counting, message);
    }
  }

  #died(place: Place, how: string, pauseMs: number): void {
    if (!place.isUp) place.deaths += 1;
    place.isUp = false;
    this.#logger.warn({ how, pause_ms: pauseMs }, 'a web process has ended; another one takes its place');
    const { beforeAllWereUp, later } = HOPELESS_DEATHS;
    if (place.deaths < (this.#areAllUp ? later : beforeAllWereUp)) return;
    this.#failure.resolve(place.because ?? `a web process does not come up: ${how}`);
  }
}
