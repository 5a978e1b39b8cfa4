import type { Pool } from 'pg';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Verdict } from '../keys/key-ring.ts';
import { hashOf } from '../keys/key-secret.ts';
import type { Knowledge } from '../knowledge.ts';
import { Memory } from '../memory.ts';
import { callerOfPerson, type Principal } from '../principal.ts';
import { UseNotes } from '../use-notes.ts';
import { findSession, IDLE_MINUTES, isSessionToken, noteSessionUse, type FoundSession } from './sessions.ts';

const IDLE_MS = IDLE_MINUTES * 60_000;
const OVER: Verdict = { fault: 'The session is over: sign in again.' };

interface Remembered {
  readonly sessionId: number;
  readonly principal: Principal;
  readonly expiresAtMs: number;
  /** As far as this process knows. */
  lastSeenAtMs: number;
}

/** Recognises the sessions of people: those that it has seen from memory. */
export class SessionRing {
  readonly #memory: Memory<Remembered>;
  readonly #notes: UseNotes;

  constructor(pool: Pool, knowledge: Knowledge, logger: Logger) {
    this.#memory = new Memory(knowledge, async (hash) => {
      const session = await findSession(pool, hash);
      return session && remember(session);
    });
    this.#notes = new UseNotes((used) => noteSessionUse(pool, used), logger);
  }

  forget(): void {
    this.#memory.forget();
  }

  check(token: string): Verdict | Promise<Verdict> {
    if (!isSessionToken(token)) return OVER;
    const hash = hashOf(token);
    const known = this.#memory.known(hash);
    if (known && isFresh(known)) return this.#admit(known);
    // It may have been used through another process.
    this.#memory.forgetOne(hash);
    return this.#lookUp(hash);
  }

  noteUse(): Promise<void> {
    return this.#notes.flush();
  }

  async #lookUp(hash: string): Promise<Verdict> {
    const found = await this.#memory.find(hash);
    return found && isFresh(found) ? this.#admit(found) : OVER;
  }

  #admit(session: Remembered): Verdict {
    session.lastSeenAtMs = Date.now();
    this.#notes.note(session.sessionId, session.lastSeenAtMs);
    return { principal: session.principal };
  }
}

function isFresh({ expiresAtMs, lastSeenAtMs }: Remembered): boolean {
  const now = Date.now();
  return now < expiresAtMs && now - lastSeenAtMs < IDLE_MS;
}

function remember({ id, personId, name, role, expiresAt, lastSeenAt }: FoundSession): Remembered {
  return {
    sessionId: id,
    principal: {
      kind: 'person',
      actor: `person:${name}`,
      caller: callerOfPerson(personId),
      role,
      operations: undefined,
      scope: ALL_ORDERS,
      session: { id, personId },
    },
    expiresAtMs: expiresAt.getTime(),
    lastSeenAtMs: lastSeenAt.getTime(),
  };
}
