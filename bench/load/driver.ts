import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Connection } from './connection.ts';
import type { Answer, Flow } from './request.ts';

/** What one run of a load found. Latencies are those of single requests. */
export interface LoadResult {
  readonly durationSeconds: number;
  readonly operations: number;
  readonly requests: number;
  readonly errors: number;
  /** The first answer that was not as expected. */
  readonly firstError: string | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  readonly loadCpuSeconds: number;
}

const MOST_ERROR_CHARACTERS = 500;

interface Walk {
  readonly connection: Connection;
  readonly flow: Flow;
  /** What the flow asks for next: kept between two runs, so that no order is left half way. */
  next: ReturnType<Flow['next']>['value'];
}

/** Keeps a number of connections busy, each at one request at a time (a closed loop), in runs of a given length. */
export class Driver {
  readonly #walks: Walk[];

  private constructor(walks: Walk[]) {
    this.#walks = walks;
  }

  static async open(
    url: string,
    connections: number,
    flowOf: (connection: number) => Flow,
    onLost: (error: Error) => void,
  ): Promise<Driver> {
    const target = new URL(url);
    const walks = Array.from({ length: connections }, async (_, index) => {
      const flow = flowOf(index);
      return { connection: await Connection.open(target, onLost), flow, next: flow.next().value };
    });
    return new Driver(await Promise.all(walks));
  }

  async run(seconds: number): Promise<LoadResult> {
    const tally = new Tally();
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1_000;
    await Promise.all(this.#walks.map((walk) => keepBusy(walk, endsAt, tally)));
    const durationSeconds = (performance.now() - startedAt) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    return tally.result(durationSeconds, (user + system) / 1e6);
  }

  close(): void {
    for (const { connection } of this.#walks) connection.close();
  }
}

class Tally {
  readonly #latencies: RecordableHistogram = createHistogram({ lowest: 1, highest: 120e6, figures: 3 });
  #operations = 0;
  #requests = 0;
  #errors = 0;
  #firstError: string | null = null;

  answered(latencyMs: number, completes: boolean): void {
    this.#latencies.record(Math.max(1, Math.round(latencyMs * 1_000)));
    this.#requests += 1;
    if (completes) this.#operations += 1;
  }

  failed({ status, body }: Answer, asked: string): void {
    this.#errors += 1;
    this.#firstError ??= `${asked.slice(0, asked.indexOf('\r'))}: ${status} ${body.toString('utf8', 0, MOST_ERROR_CHARACTERS)}`;
  }

  result(durationSeconds: number, loadCpuSeconds: number): LoadResult {
    const milliseconds = (percentile: number) => this.#latencies.percentile(percentile) / 1_000;
    return {
      durationSeconds,
      operations: this.#operations,
      requests: this.#requests,
      errors: this.#errors,
      firstError: this.#firstError,
      p50Ms: milliseconds(50),
      p99Ms: milliseconds(99),
      p999Ms: milliseconds(99.9),
      maxMs: this.#latencies.max / 1_000,
      loadCpuSeconds,
    };
  }
}

/** Resolves with the first answer past the end, so that the next run finds the connection idle. */
function keepBusy(walk: Walk, endsAt: number, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (): void => {
      const request = walk.next;
      const sentAt = performance.now();
      walk.connection.send(request.text, (answer) => {
        const now = performance.now();
        if (answer.status === request.status) tally.answered(now - sentAt, request.completes);
        else tally.failed(answer, request.text);
        try {
          walk.next = walk.flow.next(answer).value;
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        if (now >= endsAt) resolve();
        else step();
      });
    };
    step();
  });
}
