import { beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { issueKey, bearer, type KeyJson } from '../../support/keys.ts';
import { deliveredOrder, type PageJson, type ProblemJson } from '../../support/shop/shop.ts';

/** What is told of a write that something came in the way of: that nothing was done, only where that is so. */
const MOST_WAITING = 5;
const api = useApi({ maxQueuedWeight: MOST_WAITING });
let admin: KeyJson & { readonly secret: string };
let sequence = 0;
const nameOf = (what: string) => `${what} ${(sequence += 1)}`;

/** Has the database do something at each new row of a table, while `work` goes on. */
async function whileEachRow<Result>(
  { table, when, does }: { readonly table: string; readonly when: 'at once' | 'at commit'; readonly does: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const { pool } = api.database;
  await pool.query(`CREATE FUNCTION come_in_the_way() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN ${does}; RETURN NEW; END $$`);
  const timing = when === 'at once' ? 'NOT DEFERRABLE' : 'DEFERRABLE INITIALLY DEFERRED';
  await pool.query(`CREATE CONSTRAINT TRIGGER in_the_way AFTER INSERT ON ${table} ${timing}
                    FOR EACH ROW EXECUTE FUNCTION come_in_the_way()`);
  try {
    return await work();
  } finally {
    await pool.query('DROP FUNCTION come_in_the_way CASCADE');
  }
}

const HOLD_UP = `RAISE EXCEPTION 'held up' USING ERRCODE = '55P03'`;
const CUT = 'PERFORM pg_terminate_backend(pg_backend_pid())';

it('of jobs that are alike, those that run again are told, though others could not be taken', async () => {
  for (let count = 0; count < MOST_WAITING + 3; count += 1) await deliveredOrder(api);
  await api.database.pool.query(`UPDATE jobs SET state = 'DEAD', last_error = 'away' WHERE kind = 'invoice.render'`);
  const ask = () => api.post('/v1/jobs/retry', { kind: 'invoice.render' });
  const first = await ask();
  expect([first.statusCode, first.json()]).toEqual([200, { retried: MOST_WAITING, failed: 3, remaining: true }]);
  expect((await ask()).json()).toEqual({ retried: 3, failed: 0, remaining: false });
});

describe('of who may come in', () => {
  beforeAll(async () => {
    admin = await issueKey(api, { name: 'admin', role: 'admin' });
  });

  it('an invitation whose link cannot be made has invited nobody, and can be made again', async () => {
    const person = { name: nameOf('Asha'), email: 'asha@shop.example', role: 'support' };
    const ask = () => api.post('/v1/people', person, bearer(admin.secret));
    const refused = await whileEachRow({ table: 'one_time_links', when: 'at once', does: HOLD_UP }, ask);
    expect(refused.json<ProblemJson>()).toMatchObject({ status: 503, code: 'service.overloaded' });
    const people = await api.get('/v1/people', bearer(admin.secret));
    expect(people.json<PageJson<{ name: string }>>().data.map(({ name }) => name)).not.toContain(person.name);
    expect((await ask()).statusCode).toBe(201);
  });

  it.for([
    ['making a key', 'api_keys', '/v1/keys', () => ({ name: nameOf('key'), role: 'shop' })],
    ['rotating a key', 'api_key_secrets', '/v1/keys/:id/rotate', () => ({})],
    ['inviting', 'people', '/v1/people', () => ({ name: nameOf('Ben'), email: 'ben@shop.example', role: 'support' })],
  ] as const)('a connection lost while %s commits is told as what nobody knows', async ([_what, table, path, body]) => {
    const target = await issueKey(api, { name: nameOf('target'), role: 'shop' }, admin.secret);
    const answer = await whileEachRow({ table, when: 'at commit', does: CUT }, () =>
      api.post(path.replace(':id', String(target.id)), body(), bearer(admin.secret)),
    );
    expect(answer.json<ProblemJson>()).toMatchObject({ status: 503, code: 'service.outcome_unknown' });
  });
});
