import type { ClientBase, Pool } from 'pg';
import { refusal } from '../domain/refusals.ts';
import type { EngineRequest, Idempotency, Outcome, StoredAnswer } from './request.ts';
import type { KeptAnswer } from './changes.ts';

/** How long an answer is kept for its repetition. */
const KEPT_HOURS = 24;
const CLEANED_AT_ONCE = 5_000;

/** Names a caller's key. A caller's name holds no NUL. */
export function keyOf({ caller, key }: Pick<Idempotency, 'caller' | 'key'>): string {
  return `${caller}\0${key}`;
}

/** The answers kept for the keys of these requests. */
export async function keptAnswers(
  client: ClientBase,
  requests: readonly EngineRequest[],
): Promise<[string, KeptAnswer][]> {
  const asked = requests.flatMap(({ idempotency }) => idempotency ?? []);
  if (asked.length === 0) return [];
  const { rows } = await client.query<KeptAnswer>({
    name: 'kept-answers',
    text: `SELECT caller, key, fingerprint, status, headers, body
           FROM idempotency_keys JOIN unnest($1::text[], $2::text[]) AS asked (caller, key) USING (caller, key)`,
    values: [asked.map(({ caller }) => caller), asked.map(({ key }) => key)],
  });
  return rows.map((row) => [keyOf(row), row]);
}

/** The answer kept for one key; undefined: it is new. */
export async function keptAnswer(
  client: ClientBase,
  { caller, key }: Pick<Idempotency, 'caller' | 'key'>,
): Promise<KeptAnswer | undefined> {
  const { rows } = await client.query<KeptAnswer>({
    name: 'kept-answer',
    text: `SELECT caller, key, fingerprint, status, headers, body FROM idempotency_keys WHERE caller = $1 AND key = $2`,
    values: [caller, key],
  });
  return rows[0];
}

/** Keeps an answer, in the transaction of the change that it speaks of. */
export async function keepAnswer(
  client: ClientBase,
  { caller, key, fingerprint }: Omit<Idempotency, 'render'>,
  { status, headers, body }: StoredAnswer,
): Promise<void> {
  await client.query({
    name: 'keep-answer',
    text: `INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)`,
    values: [caller, key, fingerprint, status, headers, body],
  });
}

/** What a repeated key gets: the kept answer, or a refusal when it now comes with another request. */
export function matchKept(
  kept: Pick<KeptAnswer, 'fingerprint' | 'status' | 'headers' | 'body'> | undefined,
  asked: Pick<Idempotency, 'fingerprint'>,
): Outcome | undefined {
  if (!kept) return undefined;
  if (!kept.fingerprint.equals(asked.fingerprint)) {
    return {
      kind: 'refused',
      refusal: refusal('idempotency.key_reused', 'This Idempotency-Key was used with another request.'),
    };
  }
  return { kind: 'replayed', answer: { status: kept.status, headers: kept.headers, body: kept.body } };
}

/** Removes answers past their keeping, a bounded number at a time. Answers with how many went. */
export async function removeExpiredAnswers(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query({
    text: `DELETE FROM idempotency_keys WHERE (caller, key) IN (
             SELECT caller, key FROM idempotency_keys
             WHERE created_at < now() - make_interval(hours => $1) ORDER BY created_at LIMIT $2)`,
    values: [KEPT_HOURS, CLEANED_AT_ONCE],
  });
  return rowCount ?? 0;
}
