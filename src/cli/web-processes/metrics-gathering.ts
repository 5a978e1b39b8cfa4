import { together, type ProcessReport } from '../../api/metrics/process-report.ts';
import type { MetricsMessage } from './messages.ts';

/** A process that does not answer in this time is left out of what is answered. */
const PATIENCE_MS = 1_000;

/** A process that serves, as far as it is asked what it has counted. */
export interface Counting {
  send(message: MetricsMessage): void;
}

interface Request {
  /** Those that have not answered yet. */
  readonly waitingFor: Set<Counting>;
  readonly settle: () => void;
}

/**
 * Adds up what several processes have counted. What a process had counted when it was last asked stays in the sum when
 * it does not answer and when it is gone: a sum that falls is taken for a restart, and all of it for new.
 */
export class MetricsGathering {
  readonly #patienceMs: number;
  readonly #lastReports = new Map<Counting, ProcessReport | undefined>();
  readonly #requests = new Map<number, Request>();
  #ofTheGone: Promise<ProcessReport> = Promise.resolve({ counts: [], gauges: [] });
  #lastNumber = 0;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  joined(process: Counting): void {
    this.#lastReports.set(process, undefined);
  }

  left(process: Counting): void {
    const last = this.#lastReports.get(process);
    this.#lastReports.delete(process);
    for (const request of this.#requests.values()) answeredBy(process, request);
    if (last) this.#ofTheGone = this.#ofTheGone.then((sum) => together([sum, countsOf(last)]));
  }

  /** To be called with each message of these kinds. */
  async received(process: Counting, message: MetricsMessage): Promise<void> {
    const { number } = message;
    if (message.kind === 'metrics_wanted') {
      process.send({ kind: 'metrics', number, report: await this.ofAll() });
      return;
    }
    if (this.#lastReports.has(process)) this.#lastReports.set(process, message.report);
    const request = this.#requests.get(number);
    if (request) answeredBy(process, request);
  }

  async ofAll(): Promise<ProcessReport> {
    const silent = await this.#ask();
    const ofTheGone = this.#ofTheGone;
    const reports = [...this.#lastReports].flatMap(([process, last]) =>
      last ? [silent.has(process) ? countsOf(last) : last] : [],
    );
    return together([...reports, await ofTheGone]);
  }

  /** Answers with those that have not answered in time. */
  async #ask(): Promise<ReadonlySet<Counting>> {
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const { promise: settled, resolve } = Promise.withResolvers<undefined>();
    const settle = () => {
      resolve(undefined);
    };
    const waitingFor = new Set(this.#lastReports.keys());
    this.#requests.set(number, { waitingFor, settle });
    const timer = setTimeout(settle, this.#patienceMs);
    for (const process of [...waitingFor]) process.send({ kind: 'metrics_wanted', number });
    await settled;
    clearTimeout(timer);
    this.#requests.delete(number);
    return waitingFor;
  }
}

function answeredBy(process: Counting, { waitingFor, settle }: Request): void {
  waitingFor.delete(process);
  if (waitingFor.size === 0) settle();
}

function countsOf({ counts }: ProcessReport): ProcessReport {
  return { counts, gauges: [] };
}
