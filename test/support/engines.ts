import { afterEach } from 'vitest';
import { exampleInvoicePolicy } from '../../src/domain/example-orders.ts';
import { Engine, type EngineOptions } from '../../src/engine/engine.ts';
import type { EngineRequest, Outcome } from '../../src/engine/request.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { TestDatabase } from './database.ts';
import { refusalCode } from './http/requests.ts';

export interface TestEngines {
  /** An engine with connections of its own, as another process has; closed after the test. */
  open(options?: Partial<EngineOptions>): Engine;
  /** Opens three, and sends the requests all at once, each through the next of them. */
  throughThree(
    requests: readonly EngineRequest[],
    options?: Partial<EngineOptions>,
  ): Promise<PromiseSettledResult<Outcome>[]>;
  /** What the engines of this test have warned of. */
  readonly warnings: readonly string[];
}

/** Called at the top of a test file, after useDatabase. */
export function useEngines(database: TestDatabase): TestEngines {
  const opened: Engine[] = [];
  const warnings: string[] = [];
  const logger = createLogger('warn', { write: (line) => warnings.push(line) });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((engine) => engine.close()));
    warnings.length = 0;
  });

  const open = (options: Partial<EngineOptions> = {}): Engine => {
    const engine = new Engine({ databaseUrl: database.url, invoicePolicy: exampleInvoicePolicy, logger, ...options });
    opened.push(engine);
    return engine;
  };
  return {
    open,
    throughThree: (requests, options) => {
      const three = [open(options), open(options), open(options)] as const;
      return Promise.allSettled(requests.map((request, n) => (three[n % 3] ?? three[0]).execute(request)));
    },
    warnings,
  };
}

/** @throws the first error, when there is one */
export function allAnswered(settled: readonly PromiseSettledResult<Outcome>[]): Outcome[] {
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** How many were done, and how many refused with each code. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const result = refusalCode(outcome) ?? outcome.kind;
    counts[result] = (counts[result] ?? 0) + 1;
  }
  return counts;
}
