import type { LoadResult } from '../load/driver.ts';
import type { FlowName } from '../load/flows.ts';
import { openLoad } from '../load/load.ts';
import type { SampleFiles } from '../load/sample.ts';
import type { CpuReading, Stage } from './stage.ts';

/** How long and how often; `npm run bench -- --quick` has shorter ones. */
export interface RunLengths {
  readonly warmUpSeconds: number;
  readonly runSeconds: number;
  readonly runs: number;
}

/** One run: what the load saw, and what it cost. */
export interface Run extends LoadResult {
  readonly operationsPerSecond: number;
  /** CPU seconds for each thousand operations. */
  readonly webCpuPerThousand: number;
  readonly databaseCpuPerThousand: number | null;
  readonly othersCpuPerThousand: number;
  /** Of web, resident when the run was over. */
  readonly webMebibytes: number;
}

export interface ScenarioResult {
  readonly scenario: string;
  /** In the shop when it began. */
  readonly orders: number;
  readonly connections: number;
  readonly runs: readonly Run[];
  readonly webMebibytesAtStart: number;
  readonly webMebibytesAtEnd: number;
}

export const CONNECTIONS = 64;

export interface MeasureOptions extends RunLengths {
  readonly stage: Stage;
  readonly flow: FlowName;
  readonly sample: SampleFiles;
  readonly orders: number;
  readonly connections?: number;
  /** Waits until what the operations caused is done as well; its time counts. */
  readonly untilSettled?: () => Promise<void>;
}

/** Warms up, then runs a flow a number of times. */
export async function measure(options: MeasureOptions): Promise<ScenarioResult> {
  const { stage, flow, sample, orders, connections = CONNECTIONS, warmUpSeconds, runSeconds, runs } = options;
  const load = await openLoad({ url: stage.web.url, flow, connections, sample });
  try {
    const webMebibytesAtStart = stage.webMebibytes();
    await load.run(warmUpSeconds);
    await options.untilSettled?.();
    const results: Run[] = [];
    for (let run = 0; run < runs; run += 1) {
      const before = stage.cpu();
      const startedAt = performance.now();
      const result = await load.run(runSeconds);
      await options.untilSettled?.();
      const settledSeconds = (performance.now() - startedAt) / 1_000;
      const durationSeconds = options.untilSettled ? settledSeconds : result.durationSeconds;
      const webMebibytes = stage.webMebibytes();
      results.push({ ...costed({ ...result, durationSeconds }, before, stage.cpu()), webMebibytes });
    }
    return {
      scenario: flow,
      orders,
      connections,
      runs: results,
      webMebibytesAtStart,
      webMebibytesAtEnd: stage.webMebibytes(),
    };
  } finally {
    await load.close();
  }
}

function costed(result: LoadResult, before: CpuReading, after: CpuReading): Omit<Run, 'webMebibytes'> {
  const perThousand = (seconds: number) => (1_000 * seconds) / Math.max(1, result.operations);
  return {
    ...result,
    operationsPerSecond: result.operations / result.durationSeconds,
    webCpuPerThousand: perThousand(after.web - before.web),
    databaseCpuPerThousand:
      after.database === null || before.database === null ? null : perThousand(after.database - before.database),
    othersCpuPerThousand: perThousand(after.others - before.others),
  };
}

/** The middle one; of an even number, the lower of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
