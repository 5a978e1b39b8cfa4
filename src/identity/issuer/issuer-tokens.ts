import { hash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import type { Logger } from '../../platform/logger.ts';
import type { TokenIssuerSettings } from '../../platform/settings/token-issuer.ts';
import type { Verdict } from '../keys/key-ring.ts';
import { callerOfPerson } from '../principal.ts';
import { fetchIssuerKeys } from './issuer-documents.ts';
import { IssuerKeys } from './issuer-keys.ts';

/** What may stand on record as it is. Anything else is told apart by its digest. */
const PLAIN_SUBJECT = /^[\w.@:|+=~-]{1,100}$/;
const DIGEST_CHARACTERS = 32;

interface Dependencies {
  readonly logger: Logger;
  /** Whose account has an e-mail address; undefined: nobody's. */
  readonly personWith: (email: string) => Promise<number | undefined>;
}

/** JWTs that another issuer signs for our staff. They cannot be revoked here, and end by themselves. */
export class IssuerTokens {
  readonly #settings: TokenIssuerSettings;
  readonly #keys: IssuerKeys;
  readonly #personWith: Dependencies['personWith'];

  constructor(settings: TokenIssuerSettings, { logger, personWith }: Dependencies) {
    this.#settings = settings;
    this.#personWith = personWith;
    this.#keys = new IssuerKeys({ fetchKeys: () => fetchIssuerKeys(settings.issuer, settings.jwksUrl), logger });
  }

  /** Whether a token says that it is of this issuer; whether that is true, `check` tells. */
  claims(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#settings.issuer;
    } catch {
      return false;
    }
  }

  /** @throws IssuerUnavailable when nobody can tell */
  async check(token: string): Promise<Verdict> {
    const { name, issuer, audience, algorithms, clockSkewSeconds } = this.#settings;
    try {
      const { payload } = await jwtVerify(token, (header, jws) => this.#keys.find(header, jws), {
        algorithms: [...algorithms],
        issuer,
        audience,
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['sub', 'exp'],
      });
      return await this.#judge(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { fault: 'The token has expired.' };
      if (error instanceof errors.JOSEError) return { fault: `The token is not one that ${name} has signed for us.` };
      throw error;
    }
  }

  async #judge(payload: JWTPayload): Promise<Verdict> {
    const { name, roleClaim, roles, actorClaim } = this.#settings;
    const subject = textOf(payload.sub);
    const shown = textOf(claimOf(payload, actorClaim));
    if (subject === undefined || shown === undefined) return { fault: `The token does not say who it is for.` };
    const values = [claimOf(payload, roleClaim)].flat();
    const role = roles.find(([value]) => values.includes(value))?.[1];
    if (role === undefined) return { fault: `The token names no role that is known here.` };
    return {
      principal: {
        kind: 'token',
        actor: `token:${name}/${onRecord(shown)}`,
        caller: (await this.#accountOf(payload)) ?? `token:${name}/${onRecord(subject)}`,
        role,
        operations: undefined,
        scope: ALL_ORDERS,
      },
    };
  }

  /**
   * Who comes by a token and has an account here, too, is one caller, and no second person to themselves: known by an
   * address that the issuer has seen to be theirs. Undefined: nobody is known so, and goes by what never changes at the
   * issuer, whichever claim is shown.
   */
  async #accountOf({ email, email_verified: isVerified }: JWTPayload): Promise<string | undefined> {
    if (typeof email !== 'string' || isVerified !== true) return undefined;
    const personId = await this.#personWith(email);
    return personId === undefined ? undefined : callerOfPerson(personId);
  }
}

/** A claim by its whole name, which may have dots in it, or by the way that leads to it. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Object.entries(value).find(([key]) => key === part)?.[1];
  }
  return value;
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}

/** Two subjects are never the same on record, however long they are or whatever stands in them. */
function onRecord(subject: string): string {
  return PLAIN_SUBJECT.test(subject) ? subject : `sha256:${hash('sha256', subject).slice(0, DIGEST_CHARACTERS)}`;
}
