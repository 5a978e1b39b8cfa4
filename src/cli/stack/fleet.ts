import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../platform/start-error.ts';
import { RoleProcess, type ProcessObserver, type ProcessPlan } from './role-process.ts';

const START_PATIENCE_MS = 60_000;
/** At the start: the port is taken, a setting is wrong. */
const HOPELESS_DEATHS = 3;
const ASK_INTERVAL_MS = 100;
const ASK_TIMEOUT_MS = 2_000;
/** Longer than a web takes to drain, which ends itself after 20 s. */
const STOP_PATIENCE_MS = 25_000;

/** The stack's processes, as a whole. */
export class Fleet {
  readonly processes: readonly RoleProcess[];
  readonly #early = Promise.withResolvers<string>();
  #isUp = false;

  constructor(plans: readonly ProcessPlan[], observer: ProcessObserver) {
    const deaths = new Map<string, number>();
    const watching: ProcessObserver = {
      line: (name, text) => {
        observer.line(name, text);
      },
      died: (name, how, pauseMs) => {
        observer.died(name, how, pauseMs);
        deaths.set(name, (deaths.get(name) ?? 0) + 1);
        if (!this.#isUp && deaths.get(name) === HOPELESS_DEATHS) this.#early.resolve(`${name}: ${how}`);
      },
    };
    this.processes = plans.map((plan) => new RoleProcess(plan, watching));
  }

  /**
   * Starts all, and resolves when all are up. One that ends again and again before that will not come up.
   *
   * @throws StartError
   */
  async start(): Promise<void> {
    for (const process of this.processes) process.start();
    const early = await Promise.race([this.#early.promise, this.untilHealthy().then(() => undefined)]);
    if (early !== undefined) throw new StartError(`the stack does not come up: ${early}; its own lines say why`);
    this.#isUp = true;
  }

  /** @throws StartError when one of them is not up in a minute */
  async untilHealthy(): Promise<void> {
    await Promise.all(this.processes.map(({ plan }) => untilHealthy(plan)));
  }

  /** The webs first, while what they hand their work to is there; the gateway last. */
  async stop(): Promise<void> {
    for (const role of ['web', 'worker', 'gateway'] as const) {
      const ofRole = this.processes.filter(({ plan }) => plan.role === role);
      await Promise.all(ofRole.map((process) => process.stop(STOP_PATIENCE_MS)));
    }
  }
}

async function untilHealthy({ name, healthUrl }: ProcessPlan): Promise<void> {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (performance.now() < deadline) {
    const response = await fetch(healthUrl, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(ASK_INTERVAL_MS);
  }
  throw new StartError(`${name} did not come up within ${START_PATIENCE_MS / 1_000} s: its own lines say why`);
}
