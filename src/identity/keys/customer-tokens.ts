import { hash, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Verdict } from './key-ring.ts';
import type { TokenKeys } from './token-keys.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'roundtrip';
const AUDIENCE = 'roundtrip-customer';

export interface CustomerTokenRequest {
  readonly customerId: string;
  /** The shop whose orders the token is for; null: those that no shop placed. */
  readonly shopId: number | null;
  /** Whether the shop itself asks for it, which takes its customers with it when it is out. */
  readonly endsWithShop: boolean;
  readonly lifetimeSeconds: number;
}

export interface CustomerToken {
  readonly token: string;
  readonly expiresAt: Date;
}

interface Dependencies {
  readonly keys: TokenKeys;
  /** Whether the key of a shop is still good: a shop that is out takes its customers with it. */
  readonly isGoodShop: (shopId: number) => Promise<boolean>;
}

/**
 * Short-lived JWTs by which one customer comes in: signed with a key from the table token_keys, which every process
 * reads. They cannot be revoked one by one; they end by themselves, and with the shop that asked for them.
 */
export class CustomerTokens {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async issue({ customerId, shopId, endsWithShop, lifetimeSeconds }: CustomerTokenRequest): Promise<CustomerToken> {
    const [keyId, key] = await this.#dependencies.keys.newest();
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = issuedAt + lifetimeSeconds;
    const token = await new SignJWT(claimsOf(shopId, endsWithShop))
      .setProtectedHeader({ alg: ALGORITHM, kid: keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(customerId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .setJti(randomUUID())
      .sign(key);
    return { token, expiresAt: new Date(expiresAt * 1_000) };
  }

  async check(token: string): Promise<Verdict> {
    const claims = await this.#claimsOf(token);
    if (!claims) return { fault: 'The token is not ours, or has expired.' };
    const { customerId, shopId, endsWithShop } = claims;
    if (shopId !== null && endsWithShop && !(await this.#dependencies.isGoodShop(shopId))) {
      return { fault: 'The shop that asked for the token is no longer let in.' };
    }
    return {
      principal: {
        kind: 'customer',
        // Which customer, the order says: the record holds no more of a person than it must.
        actor: 'customer',
        caller: callerOf(customerId, shopId),
        role: 'customer',
        operations: undefined,
        scope: { customerId, shopId },
      },
    };
  }

  async #claimsOf(token: string): Promise<Omit<CustomerTokenRequest, 'lifetimeSeconds'> | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#dependencies.keys.find(kid), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp'],
      });
      const { sub, shop, of_shop: ofShop } = payload;
      const shopId = shop ?? ofShop ?? null;
      if (sub === undefined || (shopId !== null && typeof shopId !== 'number')) return undefined;
      return { customerId: sub, shopId, endsWithShop: shop !== undefined };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

/** Neither claim: the orders that no shop placed. */
function claimsOf(shopId: number | null, endsWithShop: boolean): JWTPayload {
  if (shopId === null) return {};
  return endsWithShop ? { shop: shopId } : { of_shop: shopId };
}

/**
 * What keys and buckets are kept under, in rows that outlive an erasure: one name for the same customer of the same shop,
 * which does not say who it is.
 */
function callerOf(customerId: string, shopId: number | null): string {
  return `customer:${hash('sha256', JSON.stringify([shopId, customerId]))}`;
}
