import { setTimeout as delay } from 'node:timers/promises';
import { Broken } from '../load/shop-client.ts';
import type { World } from '../world/world.ts';

const PATIENCE_MS = 120_000;
const ASK_INTERVAL_MS = 50;

interface Restless {
  readonly what: string;
  readonly count: number;
}

/**
 * Waits until nothing moves by itself any more: every process is well, no job waits or runs, every transition is in the
 * event feed. Only then is there anything to judge.
 *
 * @throws Broken when it does not come to rest
 */
export async function untilQuiet(world: World): Promise<void> {
  await world.untilHealthy();
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const restless = await findRestless(world);
    if (restless.length === 0) return;
    if (performance.now() > deadline) {
      const list = restless.map(({ what, count }) => `${count} ${what}`).join(', ');
      throw new Broken(`it has not come to rest in ${PATIENCE_MS / 1_000} s: ${list}`);
    }
    await delay(ASK_INTERVAL_MS);
  }
}

function findRestless(world: World): Promise<Restless[]> {
  return world.books.query<Restless>(`
    SELECT 'jobs ' || kind || ' ' || state || coalesce(' (' || max(last_error) || ')', '') AS what, count(*) AS count
      FROM jobs WHERE state NOT IN ('DONE', 'DEAD', 'DISMISSED') GROUP BY kind, state
    UNION ALL
    SELECT 'transitions not in the feed', count(*) FROM state_transitions
      WHERE NOT EXISTS (SELECT FROM event_feed WHERE transition_id = state_transitions.id) HAVING count(*) > 0`);
}
