import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadResult } from './driver.ts';
import type { LoadOrder } from './main.ts';
import { findWrk, WrkLoad } from './wrk.ts';

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));

type LoadOptions = Omit<Extract<LoadOrder, { kind: 'open' }>, 'kind'>;

/** In a process of its own: its work is not in the figures of whom it loads. */
export interface Load {
  /**
   * @param seconds whole ones
   * @throws Error when an answer was not as expected, or the process died
   */
  run(seconds: number): Promise<LoadResult>;
  close(): Promise<void>;
}

/** By wrk, where it is installed and can do it: in a flow of many steps, each needs the answer before. */
export async function openLoad(options: LoadOptions): Promise<Load> {
  return WrkLoad.takes(options.flow) && findWrk() !== undefined ? new WrkLoad(options) : OwnLoad.open(options);
}

class OwnLoad implements Load {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  static async open(options: LoadOptions): Promise<Load> {
    const load = new OwnLoad(fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    await load.#ask({ kind: 'open', ...options });
    return load;
  }

  async run(seconds: number): Promise<LoadResult> {
    const result = (await this.#ask({ kind: 'run', seconds })) as LoadResult;
    if (result.errors > 0) throw new Error(`${result.errors} wrong answers, the first: ${result.firstError ?? ''}`);
    return result;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const closed = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await closed;
  }

  async #ask(order: LoadOrder): Promise<unknown> {
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
      const died = once(this.#process, 'exit', { signal }).then(() => {
        throw new Error('the load process died');
      });
      const answered = once(this.#process, 'message', { signal });
      died.catch(() => undefined);
      answered.catch(() => undefined);
      this.#process.send(order);
      const [answer] = (await Promise.race([answered, died])) as unknown[];
      return answer;
    } finally {
      waiting.abort();
    }
  }
}
