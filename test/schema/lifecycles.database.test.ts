import { expect, test } from 'vitest';
import { creationsOf, lifecycles, type Lifecycle } from '../../src/domain/lifecycles.ts';
import { JOB_STATES } from '../../src/queries/jobs.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

/** The condition of a CHECK constraint, as SQL. */
async function conditionOf(table: string, constraint: string): Promise<string> {
  const { rows } = await database.pool.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2`,
    [table, constraint],
  );
  // NOT VALID: what was there before it was held to the same, or to less.
  const condition = /^CHECK (\(.*\))(?: NOT VALID)?$/s.exec(rows[0]?.definition ?? '')?.[1];
  if (condition === undefined) throw new Error(`${table} has no CHECK named ${constraint}`);
  return condition;
}

function literalsOf(condition: string): string[] {
  return [...new Set(Array.from(condition.matchAll(/'([^']*)'::text/g), (match) => match[1] ?? ''))];
}

test('the record admits the moves of the lifecycles, every one of them and no other', async () => {
  const condition = await conditionOf('state_transitions', 'state_transitions_legal_move');
  const declared = lifecycles.flatMap((lifecycle: Lifecycle<string, string, string>) => {
    const entity_type = lifecycle.entity;
    return [
      ...creationsOf(lifecycle).map(({ event, to }) => ({ entity_type, from_state: null, event, to_state: to })),
      ...lifecycle.moves.map(({ event, from, to }) => ({ entity_type, from_state: from, event, to_state: to })),
    ];
  });
  // The constraint itself is asked about every combination of every word that it or the lifecycles know.
  const named = literalsOf(condition).map((move) => move.split(/: | ?-|-> /));
  const words = new Set([...named.flat(), ...declared.flatMap((move) => Object.values(move))]);
  const entities = new Set([...named.map(([entity]) => entity), ...lifecycles.map(({ entity }) => entity)]);
  const { rows } = await database.pool.query(
    `SELECT entity_type, from_state, event, to_state
     FROM unnest($1::text[]) AS entity_type, unnest($2::text[]) AS from_state, unnest($2::text[]) AS event,
          unnest($2::text[]) AS to_state
     WHERE ${condition}`,
    [[...entities], [...words].filter((word) => word !== '')],
  );
  expect(words.size).toBeGreaterThan(30);
  expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
    new Set(declared.map((move) => JSON.stringify(move))),
  );
});

test.each(lifecycles.map(({ entity, states }) => [entity, states] as const))(
  "the states that a row's CHECK admits are the lifecycle's: %s",
  async (entity, states) => {
    expect(literalsOf(await conditionOf(`${entity}s`, `${entity}s_state_check`)).sort()).toEqual([...states].sort());
  },
);

test("the states that the jobs' CHECK admits are those that are shown", async () => {
  expect(literalsOf(await conditionOf('jobs', 'jobs_state_check')).sort()).toEqual([...JOB_STATES].sort());
});
