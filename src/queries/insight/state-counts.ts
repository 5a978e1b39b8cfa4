import type { Pool } from 'pg';
import { lifecycles, type EntityType } from '../../domain/lifecycles.ts';

/** Where each entity's states are kept. */
const TABLE_OF: Readonly<Record<EntityType, string>> = {
  order: 'orders',
  return: 'returns',
  payment: 'payments',
  refund: 'refunds',
};

/** Counting stops here: the time must not grow with the shop. */
export const MOST_COUNTED_IN_STATE = 10_000;

export interface StateCount {
  readonly entity: EntityType;
  readonly state: string;
  /** At most MOST_COUNTED_IN_STATE; that many stands for that many or more. */
  readonly count: number;
}

const TEXT = lifecycles
  .flatMap(({ entity, states }) =>
    states.map(
      (state) =>
        `SELECT '${entity}' AS entity, '${state}' AS state, count(*)::integer AS count
         FROM (SELECT FROM ${TABLE_OF[entity]} WHERE state = '${state}' LIMIT $1) AS counted`,
    ),
  )
  .join(' UNION ALL ');

/** How many are in each state of each lifecycle now. */
export async function countByState(pool: Pool): Promise<readonly StateCount[]> {
  const { rows } = await pool.query<StateCount>({
    name: 'count-by-state',
    text: TEXT,
    values: [MOST_COUNTED_IN_STATE],
  });
  return rows;
}
