import { auditChains } from '../../src/engine/audit/audit.ts';
import { lifecycles } from '../../src/domain/lifecycles.ts';
import { connectPipelined } from '../../src/platform/database/postgres.ts';
import type { World } from '../world/world.ts';

interface TransitionRow {
  readonly id: number;
  readonly entity: string;
  readonly entity_type: string;
  readonly event: string;
  readonly from_state: string | null;
  readonly to_state: string;
}

/** Walks every history by the tables of the lifecycles: each step is legal, and begins where the one before it ended. */
export async function checkHistories({ books }: World): Promise<string[]> {
  const rows = await books.query<TransitionRow>(
    `SELECT id, entity_type || ' ' || entity_id AS entity, entity_type, event, from_state, to_state
     FROM state_transitions ORDER BY order_id, sequence`,
  );
  const states = new Map<string, string>();
  const broken: string[] = [];
  for (const row of rows) {
    const before = states.get(row.entity) ?? null;
    if (before !== row.from_state)
      broken.push(`transition ${row.id}: ${row.entity} was ${before}, not ${row.from_state}`);
    if (!isLegal(row)) broken.push(`transition ${row.id}: ${row.entity} may not ${row.event} from ${row.from_state}`);
    states.set(row.entity, row.to_state);
  }
  return broken;
}

function isLegal({ entity_type, event, from_state, to_state }: TransitionRow): boolean {
  return lifecycles.some(({ entity, creation, initial, moves }) => {
    if (entity !== entity_type) return false;
    if (from_state === null) return event === creation && to_state === initial;
    return moves.some((move) => move.event === event && move.from === from_state && move.to === to_state);
  });
}

export async function checkChains({ postgres }: World): Promise<string[]> {
  const client = await connectPipelined(postgres.url, 'faults');
  try {
    const { broken } = await auditChains(client);
    return broken ? [`the audit chain of order ${broken.orderId} is broken: ${broken.problem}`] : [];
  } finally {
    await client.end();
  }
}
