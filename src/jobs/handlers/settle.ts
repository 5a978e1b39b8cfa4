import type { OrderCommand } from '../../domain/commands.ts';
import type { Engine } from '../../engine/engine.ts';
import type { RunningJob } from '../job-store.ts';

/** Who is on record for what the workers do. */
export const WORKER_ACTOR = 'worker';

/**
 * Writes a job's outcome down through the one door, together with the end of the job. A refusal means that another run
 * of the same job was first: then nothing is left to do.
 */
export async function settle(
  engine: Engine,
  job: RunningJob,
  command: OrderCommand,
): Promise<'settled' | 'nothing_to_do'> {
  const outcome = await engine.execute({
    intent: { kind: 'change', target: { orderId: job.orderId }, command },
    actor: WORKER_ACTOR,
    finishesJobId: job.id,
  });
  return outcome.kind === 'done' ? 'settled' : 'nothing_to_do';
}
