import { execFile, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadResult } from './driver.ts';
import type { SampleFiles } from './sample.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url));
const FOUND = /^found: (.*)$/m;

/** The flows of `requests.lua`. */
const WRK_FLOWS: ReadonlySet<string> = new Set([
  'read',
  'list',
  'customer',
  'sku',
  'timeline',
  'create',
  'create-keyed',
]);

export interface WrkOptions {
  readonly url: string;
  readonly flow: string;
  readonly connections: number;
  readonly sample: SampleFiles;
}

/** wrk and its version; undefined where it is not installed. */
export function findWrk(): string | undefined {
  // It tells its version on the way to telling that it was used wrongly.
  const { error, stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  return error ? undefined : /^wrk \S+/.exec(stdout)?.[0];
}

/** Keeps connections busy from a process in C, which leaves the cores to what it loads. */
export class WrkLoad {
  readonly #options: WrkOptions;
  #runs = 0;

  constructor(options: WrkOptions) {
    this.#options = options;
  }

  static takes(flow: string): boolean {
    return WRK_FLOWS.has(flow);
  }

  /**
   * Latencies are as measured, like those of our own load: what wrk adds to them is taken away (requests.lua says why).
   *
   * @param seconds whole ones
   * @throws Error when an answer was not as expected
   */
  async run(seconds: number): Promise<LoadResult> {
    const { url, flow, connections, sample } = this.#options;
    this.#runs += 1;
    const prefix = `W${process.pid}-${Date.now().toString(36)}-${this.#runs}-`;
    const { stdout } = await run('wrk', [
      ...['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`, '--timeout', '30s'],
      ...['--script', SCRIPT, url, '--', flow, sample.folder, String(sample.customers), String(sample.skus), prefix],
      ...[String(randomInt(2 ** 31)), String(connections)],
    ]);
    const found = FOUND.exec(stdout)?.[1];
    if (found === undefined) throw new Error(`wrk does not tell what it found:\n${stdout}`);
    const result = JSON.parse(found) as Omit<LoadResult, 'operations'>;
    if (result.errors > 0) throw new Error(`${result.errors} wrong answers:\n${stdout}`);
    return { ...result, operations: result.requests };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
