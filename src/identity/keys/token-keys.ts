import { randomBytes } from 'node:crypto';
import { errors } from 'jose';
import type { Pool } from 'pg';
import type { SecretBox } from '../../platform/secret-box.ts';

const KEY_BYTES = 32;
const PURPOSE = 'customer tokens';
/** Keys that are read: those before are past any token's life, as nobody makes more than one now and then. */
const MOST_KEYS = 20;

/** What we sign and seal with what leaves us for a while: keys of the table token_keys, which every process reads. */
export class TokenKeys {
  readonly #pool: Pool;
  readonly #box: SecretBox;
  readonly #keys = new Map<string, Buffer>();

  constructor(pool: Pool, box: SecretBox) {
    this.#pool = pool;
    this.#box = box;
  }

  /** @throws JWKSNoMatchingKey when no key of ours has the id */
  async find(keyId: string | undefined): Promise<Buffer> {
    if (keyId === undefined || !/^\d{1,15}$/.test(keyId)) throw new errors.JWKSNoMatchingKey();
    if (!this.#keys.has(keyId)) await this.#read();
    const key = this.#keys.get(keyId);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  /** Made, where there is none yet. */
  async newest(): Promise<readonly [id: string, key: Buffer]> {
    if (this.#keys.size === 0) await this.#read();
    if (this.#keys.size === 0) {
      const sealed = this.#box.seal(randomBytes(KEY_BYTES).toString('base64'), PURPOSE);
      await this.#pool.query({ text: 'INSERT INTO token_keys (sealed) VALUES ($1)', values: [sealed] });
      await this.#read();
    }
    const newest = [...this.#keys].at(-1);
    if (!newest) throw new Error('the key that was just made is not there');
    return newest;
  }

  /** Newest last. */
  async #read(): Promise<void> {
    const { rows } = await this.#pool.query<{ id: number; sealed: Buffer }>({
      name: 'read-token-keys',
      text: 'SELECT id, sealed FROM token_keys ORDER BY id DESC LIMIT $1',
      values: [MOST_KEYS],
    });
    this.#keys.clear();
    for (const { id, sealed } of rows.toReversed()) {
      this.#keys.set(String(id), Buffer.from(this.#box.open(sealed, PURPOSE), 'base64'));
    }
  }
}
