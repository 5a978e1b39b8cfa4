import { createPool } from '../platform/database/postgres.ts';
import type { Logger } from '../platform/logger.ts';
import type { SecretBox } from '../platform/secrets/secret-box.ts';
import type { TokenIssuerSettings } from '../platform/settings/token-issuer.ts';
import { CustomerTokens } from './keys/customer-tokens.ts';
import { IssuerTokens } from './issuer/issuer-tokens.ts';
import type { Pool } from 'pg';
import { KeyRing, type Verdict } from './keys/key-ring.ts';
import { Knowledge } from './knowledge.ts';
import { Limits } from './limits.ts';
import { Memory } from './memory.ts';
import { isLoopback } from './open-mode.ts';
import { personIdByEmail } from './people/people.ts';
import { SessionRing } from './people/session-ring.ts';
import { SecurityLog } from './security-log.ts';
import { TokenKeys } from './keys/token-keys.ts';

export interface IdentityOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Opens what the tokens of customers are signed with. */
  readonly box: SecretBox;
  /** The address listened on. */
  readonly host: string;
  /** Whether a loopback address may be open to this machine until there is a person or a key. */
  readonly openMode: 'loopback' | 'never';
  /** Requests a second of one caller, over a while; 0: as many as come. */
  readonly rateLimitPerSecond: number;
  /** Whether browsers come by TLS: their cookies are bound to it then. */
  readonly isTls: boolean;
  /** Whose JWTs are believed besides ours; left out: nobody's. */
  readonly tokenIssuer?: TokenIssuerSettings;
}

/**
 * Knows who comes in. It has a connection of its own, so that requests are recognised, and readiness is told, however
 * busy the pool of the reads is.
 */
export class Identity {
  readonly pool: Pool;
  readonly securityLog: SecurityLog;
  /** What we sign and seal with what leaves us for a while. */
  readonly tokenKeys: TokenKeys;
  readonly customerTokens: CustomerTokens;
  readonly limits: Limits;
  readonly isTls: boolean;
  readonly #knowledge: Knowledge;
  readonly #keys: KeyRing;
  readonly #sessions: SessionRing;
  /** Of e-mail addresses that tokens of the issuer name, whose account has them. */
  readonly #accounts: Memory<{ readonly personId: number | undefined }>;
  readonly #issuerTokens: IssuerTokens | undefined;
  readonly #mayBeOpen: boolean;

  constructor({ databaseUrl, logger, box, host, openMode, rateLimitPerSecond, isTls, tokenIssuer }: IdentityOptions) {
    this.isTls = isTls;
    this.pool = createPool({ databaseUrl, applicationName: 'roundtrip identity', size: 1, logger });
    this.securityLog = new SecurityLog(this.pool, logger);
    this.#knowledge = new Knowledge(this.pool, () => {
      this.#keys.forget();
      this.#sessions.forget();
      this.tokenKeys.forget();
      this.#accounts.forget();
    });
    this.#keys = new KeyRing(this.pool, this.#knowledge, logger);
    this.#sessions = new SessionRing(this.pool, this.#knowledge, logger);
    this.tokenKeys = new TokenKeys(this.pool, box, this.#knowledge);
    this.customerTokens = new CustomerTokens({
      keys: this.tokenKeys,
      isGoodShop: (shopId) => this.#keys.isGood(shopId),
    });
    this.limits = new Limits(this.pool, rateLimitPerSecond);
    this.#accounts = new Memory(this.#knowledge, async (email) => ({
      personId: await personIdByEmail(this.pool, email),
    }));
    this.#issuerTokens =
      tokenIssuer &&
      new IssuerTokens(tokenIssuer, {
        logger,
        personWith: async (email) => (await this.#accounts.find(email))?.personId,
      });
    this.#mayBeOpen = openMode === 'loopback' && isLoopback(host);
  }

  /** Whether nobody was ever let in by name, so that there is nobody to ask for a key. */
  async isUnclaimed(): Promise<boolean> {
    // Whoever the issuer lets in can be asked.
    return this.#issuerTokens === undefined && (await this.#knowledge.confirm()).isUnclaimed;
  }

  /** Whether this machine's user comes in without a key. */
  isOpen(): boolean | Promise<boolean> {
    if (!this.#mayBeOpen || this.#issuerTokens) return false;
    const { current } = this.#knowledge;
    return current ? current.isUnclaimed : this.isUnclaimed();
  }

  /**
   * Whoever a bearer token stands for: a key by its secret, a customer by what was signed for them here, staff by what
   * the issuer has signed.
   *
   * @throws IssuerUnavailable by the promise
   */
  recognise(token: string): Verdict | Promise<Verdict> {
    if (!isToken(token)) return this.#keys.check(token);
    return this.#issuerTokens?.claims(token) ? this.#issuerTokens.check(token) : this.customerTokens.check(token);
  }

  /** The person whose session a cookie carries. */
  recogniseSession(token: string): Verdict | Promise<Verdict> {
    return this.#sessions.check(token);
  }

  /** To be called after a change of who may come in: it holds from the next request on. */
  changed(): void {
    this.#knowledge.changed();
  }

  /** Writes down when keys and sessions were last used, as happens by itself a few seconds after their use. */
  async noteUse(): Promise<void> {
    await this.#keys.noteUse();
    await this.#sessions.noteUse();
  }

  async close(): Promise<void> {
    await this.noteUse();
    await this.securityLog.flush();
    await this.pool.end();
  }
}

/** A JWT in its compact form: three parts, of which a key has one. */
function isToken(text: string): boolean {
  return text.startsWith('eyJ') && text.split('.').length === 3;
}
