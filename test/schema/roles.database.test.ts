import { expect, it } from 'vitest';
import { KEY_ROLES, PERSON_ROLES } from '../../src/identity/roles.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();

it.for([
  ['a key', 'api_keys_known_role', KEY_ROLES],
  ['a person', 'people_known_role', PERSON_ROLES],
] as const)('%s has one of the roles that the code knows, in the database too', async ([_who, rule, roles]) => {
  const { rows } = await database.pool.query<{ rule: string }>({
    text: 'SELECT pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE conname = $1',
    values: [rule],
  });
  const named = Array.from(rows[0]?.rule.matchAll(/'(\w+)'/g) ?? [], ([, role]) => role);
  expect(named.toSorted()).toEqual([...roles].toSorted());
});
