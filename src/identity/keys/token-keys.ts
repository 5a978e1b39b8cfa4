import { randomBytes } from 'node:crypto';
import { errors } from 'jose';
import type { Pool } from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { SealedColumn } from '../../platform/secrets/sealed-columns.ts';
import type { SecretBox } from '../../platform/secrets/secret-box.ts';
import type { Knowledge } from '../knowledge.ts';

/** What is signed or sealed by a key is good for so long at most. */
export const LONGEST_LIFE_SECONDS = 3_600;
/** A key ends so long after the next was made: the longest life, and the moment until every process knows of the next. */
const KEPT_SECONDS = LONGEST_LIFE_SECONDS + 60;

const KEY_BYTES = 32;
const PURPOSE = 'customer tokens';
/** Keys that are read: those before have ended, as nobody makes more than one now and then. */
const MOST_KEYS = 20;

/** Those that have ended open nothing any more, however they are sealed. */
export const TOKEN_KEY_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'token_keys',
    column: 'sealed',
    purpose: PURPOSE,
    inUse: `NOT EXISTS (SELECT FROM token_keys AS next
                        WHERE next.id > token_keys.id AND next.created_at < now() - interval '${KEPT_SECONDS} seconds')`,
  },
];

interface TokenKey {
  readonly id: string;
  readonly bytes: Buffer;
  readonly endsAtMs: number;
}

/** What the table has. */
interface Found {
  /** Those that open here, by id, newest last. */
  readonly keys: ReadonlyMap<string, TokenKey>;
  /** The newest of all; undefined: there is none. */
  readonly newestId: number | undefined;
  /** Whether that opens here, though not by the key that we seal with now: another is to take its place. */
  readonly isOutdated: boolean;
}

/**
 * What we sign and seal with what leaves us for a while: keys of the table token_keys, which every process reads. The
 * newest signs. One that does not open here is passed over: what it has signed is nothing that we know.
 */
export class TokenKeys {
  readonly #pool: Pool;
  readonly #box: SecretBox;
  readonly #knowledge: Knowledge;
  #remembered: Found | undefined;

  constructor(pool: Pool, box: SecretBox, knowledge: Knowledge) {
    this.#pool = pool;
    this.#box = box;
    this.#knowledge = knowledge;
  }

  forget(): void {
    this.#remembered = undefined;
  }

  /** @throws JWKSNoMatchingKey when no key of ours has the id, or it has ended */
  async find(keyId: string | undefined): Promise<Buffer> {
    if (keyId === undefined || !/^\d{1,15}$/.test(keyId)) throw new errors.JWKSNoMatchingKey();
    // One that is not known may have been made within the second that knowledge may be old.
    const key = (await this.#current()).keys.get(keyId) ?? (await this.#read()).keys.get(keyId);
    if (!key || hasEnded(key)) throw new errors.JWKSNoMatchingKey();
    return key.bytes;
  }

  /** Made, where there is none yet, or where another is to take the place of the one there is. */
  async newest(): Promise<readonly [id: string, key: Buffer]> {
    const found = await this.#current();
    const newest = newestOf(found);
    if (newest && !found.isOutdated && !hasEnded(newest)) return [newest.id, newest.bytes];
    await makeTokenKey(this.#pool, this.#box, found.newestId);
    const made = newestOf(await this.#read());
    if (!made) throw new Error('the key that was just made is not there');
    return [made.id, made.bytes];
  }

  async #current(): Promise<Found> {
    await (this.#knowledge.current ?? this.#knowledge.confirm());
    return this.#remembered ?? this.#read();
  }

  async #read(): Promise<Found> {
    const { turn } = this.#knowledge;
    const { rows } = await this.#pool.query<{ id: number; sealed: Buffer; nextMadeAt: Date | null }>({
      name: 'read-token-keys',
      text: `SELECT id, sealed, lead(created_at) OVER (ORDER BY id) AS "nextMadeAt" FROM token_keys
             ORDER BY id DESC LIMIT $1`,
      values: [MOST_KEYS],
    });
    const keys = new Map<string, TokenKey>();
    for (const { id, sealed, nextMadeAt } of rows.toReversed()) {
      const opened = this.#box.opened(sealed, PURPOSE);
      if (opened === undefined) continue;
      const endsAtMs = nextMadeAt ? nextMadeAt.getTime() + KEPT_SECONDS * 1_000 : Number.POSITIVE_INFINITY;
      keys.set(String(id), { id: String(id), bytes: Buffer.from(opened, 'base64'), endsAtMs });
    }
    const newest = rows[0];
    const found = {
      keys,
      newestId: newest?.id,
      isOutdated: newest !== undefined && keys.has(String(newest.id)) && !this.#box.isCurrent(newest.sealed),
    };
    if (turn === this.#knowledge.turn) this.#remembered = found;
    return found;
  }
}

/** Has another key take the place of the newest where that is not sealed as it would be now. Answers whether it has. */
export async function replaceOutdatedTokenKey(pool: Pool, box: SecretBox): Promise<boolean> {
  const { rows } = await pool.query<{ id: number; sealed: Buffer }>(
    'SELECT id, sealed FROM token_keys ORDER BY id DESC LIMIT 1',
  );
  const [newest] = rows;
  if (!newest || box.isCurrent(newest.sealed)) return false;
  await makeTokenKey(pool, box, newest.id);
  return true;
}

/** Of all who want another in the place of the newest at the same moment, one makes it. */
async function makeTokenKey(pool: Pool, box: SecretBox, newestId: number | undefined): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('SELECT FROM identity_epoch FOR UPDATE');
    await client.query({
      text: `INSERT INTO token_keys (sealed)
             SELECT $1::bytea WHERE (SELECT max(id) FROM token_keys) IS NOT DISTINCT FROM $2::bigint`,
      values: [box.seal(randomBytes(KEY_BYTES).toString('base64'), PURPOSE), newestId],
    });
  });
}

function newestOf({ keys }: Found): TokenKey | undefined {
  return [...keys.values()].at(-1);
}

function hasEnded({ endsAtMs }: TokenKey): boolean {
  return endsAtMs <= Date.now();
}
