import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { SealedColumn } from '../../platform/secrets/sealed-columns.ts';
import type { SecretBox } from '../../platform/secrets/secret-box.ts';
import { hashOf } from '../keys/key-secret.ts';
import type { Database } from './people.ts';
import { base32, matchingStep, newTotpSecret, otpauthUri } from './totp.ts';

const PURPOSE = 'second factors';
export const SECOND_FACTOR_COLUMNS: readonly SealedColumn[] = [
  { table: 'people', column: 'totp_secret', purpose: PURPOSE },
  { table: 'people', column: 'totp_pending', purpose: PURPOSE },
];

const RECOVERY_CODES = 10;
/** 80 bits each: SHA-256 is enough to keep them by. */
const RECOVERY_CODE_BYTES = 10;

/** What a person's app is to be told. */
export interface Enrolment {
  /** Base32, to be typed. */
  readonly secret: string;
  /** To be shown as a QR code. */
  readonly uri: string;
}

/** The second factor of people: codes of an app (TOTP), each good once, and recovery codes. */
export class SecondFactor {
  readonly #pool: Pool;
  readonly #box: SecretBox;

  constructor(pool: Pool, box: SecretBox) {
    this.#pool = pool;
    this.#box = box;
  }

  /** Makes a secret that counts once a code of it was shown; the one before, if any, counts until then. */
  async enrol(personId: number, account: string): Promise<Enrolment> {
    const secret = newTotpSecret();
    await this.#pool.query({
      text: 'UPDATE people SET totp_pending = $2 WHERE id = $1',
      values: [personId, this.#box.seal(secret.toString('base64'), PURPOSE)],
    });
    return { secret: base32(secret), uri: otpauthUri(secret, account) };
  }

  /**
   * The recovery codes, in this answer only, where the code is one of the secret that was made last. Undefined: it is
   * not. Codes from before are not good any more.
   *
   * @throws SealedByAnotherKey when the secret does not open
   */
  async confirm(personId: number, code: string): Promise<readonly string[] | undefined> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ pending: Buffer | null }>({
        text: 'SELECT totp_pending AS pending FROM people WHERE id = $1 FOR UPDATE',
        values: [personId],
      });
      const pending = rows[0]?.pending;
      const step = pending ? matchingStep(this.#open(pending), code, Date.now()) : undefined;
      if (step === undefined) return undefined;
      await client.query({
        text: 'UPDATE people SET totp_secret = totp_pending, totp_pending = NULL, totp_step = $2 WHERE id = $1',
        values: [personId, step],
      });
      const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
      await client.query({ text: 'DELETE FROM recovery_codes WHERE person_id = $1', values: [personId] });
      await client.query({
        text: `INSERT INTO recovery_codes (person_id, hash)
               SELECT $1, decode(hash, 'base64') FROM unnest($2::text[]) AS hash`,
        values: [personId, codes.map(recoveryHash)],
      });
      return codes;
    });
  }

  /**
   * Takes a code, which is then good no more. False: it is none. Recovery codes come first: they are good even where the
   * app's secret does not open.
   *
   * @throws SealedByAnotherKey when it would have to be a code of the app, whose secret does not open
   */
  async take(personId: number, code: string): Promise<boolean> {
    return (await this.#takeRecovery(personId, code)) || (await this.#takeOfApp(personId, code));
  }

  /** Holds the row meanwhile: what is sealed anew at that moment is the same secret. */
  #takeOfApp(personId: number, code: string): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<{ secret: Buffer | null }>({
        text: 'SELECT totp_secret AS secret FROM people WHERE id = $1 FOR UPDATE',
        values: [personId],
      });
      const secret = rows[0]?.secret;
      const step = secret ? matchingStep(this.#open(secret), code, Date.now()) : undefined;
      if (step === undefined) return false;
      const { rowCount } = await client.query({
        text: 'UPDATE people SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2)',
        values: [personId, step],
      });
      return rowCount === 1;
    });
  }

  async #takeRecovery(personId: number, code: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query({
      text: `DELETE FROM recovery_codes WHERE person_id = $1 AND hash = decode($2, 'base64')`,
      values: [personId, recoveryHash(code)],
    });
    return rowCount === 1;
  }

  #open(sealed: Buffer): Buffer {
    return Buffer.from(this.#box.open(sealed, PURPOSE), 'base64');
  }
}

export async function removeSecondFactor(database: Database, personId: number): Promise<void> {
  await database.query({
    text: `WITH codes AS (DELETE FROM recovery_codes WHERE person_id = $1)
           UPDATE people SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1`,
    values: [personId],
  });
}

/** In fours, to be read: abcd-efgh-ijkl-mnop. */
function newRecoveryCode(): string {
  const text = base32(randomBytes(RECOVERY_CODE_BYTES)).toLowerCase();
  return text.match(/.{4}/g)?.join('-') ?? text;
}

/** However it was typed. */
function recoveryHash(code: string): string {
  return hashOf(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''));
}
