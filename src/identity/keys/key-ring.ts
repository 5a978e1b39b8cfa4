import type { Pool } from 'pg';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import type { Logger } from '../../platform/logger.ts';
import { findKey, noteUse, readKey, type FoundKey } from './api-keys.ts';
import { hashOf, isKeySecret } from './key-secret.ts';
import type { Knowledge } from '../knowledge.ts';
import { Memory } from '../memory.ts';
import type { Principal } from '../principal.ts';
import { UseNotes } from '../use-notes.ts';

/** Who a credential stands for, or why it stands for nobody. */
export type Verdict = { readonly principal: Principal } | { readonly fault: string };

const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly key: FoundKey;
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

/** Recognises the secrets of keys: those that it has seen from memory, in microseconds. */
export class KeyRing {
  readonly #pool: Pool;
  readonly #knowledge: Knowledge;
  readonly #memory: Memory<Remembered>;
  readonly #notes: UseNotes;
  readonly #goodness = new Map<number, boolean>();

  constructor(pool: Pool, knowledge: Knowledge, logger: Logger) {
    this.#pool = pool;
    this.#knowledge = knowledge;
    this.#memory = new Memory(knowledge, async (hash) => {
      const key = await findKey(pool, hash);
      return key && remember(key);
    });
    this.#notes = new UseNotes((used) => noteUse(pool, used), logger);
  }

  forget(): void {
    this.#memory.forget();
    this.#goodness.clear();
  }

  /** Answers at once where it can, so that a request that need not wait does not. */
  check(secret: string): Verdict | Promise<Verdict> {
    if (!isKeySecret(secret)) return { fault: 'This is no API key.' };
    const hash = hashOf(secret);
    const remembered = this.#memory.known(hash);
    return remembered ? this.#judge(remembered) : this.#lookUp(hash);
  }

  /** Whether a key, by its id, is neither revoked nor past its end. */
  async isGood(keyId: number): Promise<boolean> {
    await (this.#knowledge.current ?? this.#knowledge.confirm());
    const known = this.#goodness.get(keyId);
    if (known !== undefined) return known;
    const { turn } = this.#knowledge;
    const key = await readKey(this.#pool, keyId);
    const good = key !== undefined && !key.revokedAt && (key.expiresAt?.getTime() ?? Infinity) > Date.now();
    // One that has an end is asked about each time.
    if (turn === this.#knowledge.turn && !key?.expiresAt && this.#goodness.size < MOST_REMEMBERED) {
      this.#goodness.set(keyId, good);
    }
    return good;
  }

  /** Writes down what is not written yet of when keys were last used. */
  noteUse(): Promise<void> {
    return this.#notes.flush();
  }

  async #lookUp(hash: string): Promise<Verdict> {
    const found = await this.#memory.find(hash);
    return found ? this.#judge(found) : { fault: 'No key has this secret.' };
  }

  #judge({ key, principal, expiresAtMs }: Remembered): Verdict {
    if (key.revoked) return { fault: 'The key was revoked.' };
    const now = Date.now();
    if (now >= expiresAtMs) return { fault: 'The key has expired.' };
    this.#notes.note(key.id, now);
    return { principal };
  }
}

function remember(key: FoundKey): Remembered {
  const principal: Principal = {
    kind: 'key',
    actor: `key:${key.name}`,
    caller: `key:${key.id}`,
    role: key.role,
    operations: key.operations ? new Set(key.operations) : undefined,
    ...(key.endsAt ? { endsAt: key.endsAt } : {}),
    scope: key.role === 'shop' ? { shopId: key.id } : ALL_ORDERS,
  };
  return { key, principal, expiresAtMs: key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY };
}
