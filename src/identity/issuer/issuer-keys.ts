import { errors, type CryptoKey, type FlattenedJWSInput, type JWSHeaderParameters, type LocalJWKSet } from 'jose';
import type { Logger } from '../../platform/logger.ts';

/** The issuer's keys cannot be had, so nobody can say whether a token of its is good. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** Known keys are looked up again after this, beside the requests. */
const REFRESH_AFTER_MS = 10 * 60_000;
/** The issuer is asked once in this time at most, whatever unknown keys tokens name. */
const COOL_DOWN_MS = 30_000;
/** An issuer that is away that long takes its keys with it. */
const MOST_AGE_MS = 24 * 3_600_000;

export interface IssuerKeysOptions {
  /** Reads all keys that the issuer has now. */
  readonly fetchKeys: () => Promise<LocalJWKSet>;
  readonly logger: Logger;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/**
 * The public keys of an issuer, from memory. A key that is not known has them read again, so that a rotation is followed
 * at once; while the issuer is away, those that are known go on for a day.
 */
export class IssuerKeys {
  readonly #fetchKeys: () => Promise<LocalJWKSet>;
  readonly #logger: Logger;
  readonly #now: () => number;
  #keys: LocalJWKSet | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor({ fetchKeys, logger, now = () => performance.now() }: IssuerKeysOptions) {
    this.#fetchKeys = fetchKeys;
    this.#logger = logger;
    this.#now = now;
  }

  /**
   * The key that a token says it was signed with.
   *
   * @throws IssuerUnavailable
   * @throws JOSEError when the issuer has no such key
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayAsk()) throw error;
    }
    await this.#refresh();
    return (this.#keys ?? keys)(header, token);
  }

  async #current(): Promise<LocalJWKSet> {
    const ageMs = this.#now() - this.#fetchedAt;
    if (this.#keys && ageMs < MOST_AGE_MS) {
      if (ageMs > REFRESH_AFTER_MS && this.#mayAsk()) void this.#refresh();
      return this.#keys;
    }
    if (this.#mayAsk()) await this.#refresh();
    if (this.#keys && this.#now() - this.#fetchedAt < MOST_AGE_MS) return this.#keys;
    throw new IssuerUnavailable('the issuer of the token does not say which keys are its own');
  }

  /** Whoever comes while it is being asked waits for the same answer. */
  #mayAsk(): boolean {
    return this.#fetching !== undefined || this.#now() - this.#triedAt >= COOL_DOWN_MS;
  }

  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      this.#keys = await this.#fetchKeys();
      this.#fetchedAt = this.#now();
    } catch (error) {
      this.#logger.warn({ error: String(error) }, 'the keys of the token issuer could not be read');
    }
  }
}
