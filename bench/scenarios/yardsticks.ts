import { fileURLToPath } from 'node:url';
import { startProcess } from '../server/process.ts';
import type { Yardstick } from '../yardsticks/pgbench.ts';
import { measure, type Run, type RunLengths } from './measure.ts';
import type { Stage } from './stage.ts';

const PLAIN_SERVICE = fileURLToPath(new URL('../yardsticks/plain-service.ts', import.meta.url));

/** All of what is compared, one right after the other, so that a machine that slows down does so for all. */
export interface Round {
  /** Orders a second by pgbench. */
  readonly pgbench: number;
  readonly pgbenchWithoutJob: number;
  readonly plain: Run;
  readonly create: Run;
  readonly lifecycle: Run;
  readonly plainRead: Run;
  readonly read: Run;
}

/** Our creates, lifecycles and reads beside pgbench and a plain service, in the same database, in turns. */
export async function compareWithYardsticks(
  stage: Stage,
  yardstick: Yardstick,
  lengths: RunLengths,
  orders: number,
): Promise<readonly Round[]> {
  const sample = await stage.sample();
  const plainService = await startProcess({
    name: 'plain-service',
    command: [PLAIN_SERVICE],
    environment: { DATABASE_URL: stage.database.databaseUrl },
    portSetting: 'PORT',
    readyPath: '/ready',
    logFolder: stage.folder,
  });
  const plainStage = stage.withWebOf(plainService);
  const rounds: Round[] = [];
  const runOnce = async (on: Stage, flow: 'create' | 'lifecycle' | 'read'): Promise<Run> => {
    const { runs } = await measure({ ...lengths, runs: 1, stage: on, flow, sample, orders });
    const [run] = runs;
    if (!run) throw new Error(`${flow} was not run`);
    return run;
  };
  try {
    for (let round = 0; round < lengths.runs; round += 1) {
      rounds.push({
        pgbench: await yardstick('order', lengths.runSeconds),
        create: await runOnce(stage, 'create'),
        pgbenchWithoutJob: await yardstick('order-without-job', lengths.runSeconds),
        lifecycle: await runOnce(stage, 'lifecycle'),
        plain: await runOnce(plainStage, 'create'),
        read: await runOnce(stage, 'read'),
        plainRead: await runOnce(plainStage, 'read'),
      });
    }
    return rounds;
  } finally {
    await plainService.stop();
  }
}
