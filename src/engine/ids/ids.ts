import type { ClientBase } from 'pg';

/** How many ids one call of nextval reserves: the INCREMENT of entity_ids (migrations/0001-orders.sql). */
const ID_BLOCK_SIZE = 1_000;
const MOST_BLOCKS_AHEAD = 32;

interface Block {
  next: number;
  /** Exclusive. */
  readonly end: number;
}

/** More were taken than were set aside: it is to be done again, with more. */
export class IdsUsedUp extends Error {
  override readonly name = 'IdsUsedUp';
}

/**
 * Ids are taken in blocks before the batch, so that every insert can leave in one flush. Batches of one process share a
 * supply. Blocks of different processes do not overlap, as a sequence gives none twice: but for a standby that takes over
 * and lacks the newest of what the primary gave, for which there is `forget`.
 */
export class IdSupply {
  readonly #blocks: Block[] = [];
  #blocksAhead = 1;

  /**
   * Sets `count` ids aside and answers with the function that deals them out. What it does not deal is never used.
   *
   * @param client in no transaction, so that what the server gives is written out before it answers: one that crashes
   *   before it has written a commit out forgets which ids it gave, and gives them again, to this process or another
   */
  async reserve(client: ClientBase, count: number): Promise<() => number> {
    if (this.#available() < count) await this.#fetch(client, count);
    const reserved = this.#carve(count);
    return () => {
      const block = reserved[0];
      if (!block) throw new IdsUsedUp(`more than the ${count} ids that were set aside were taken`);
      const id = block.next++;
      if (block.next === block.end) reserved.shift();
      return id;
    };
  }

  /** For when the database may be another one from now on, which gives to others what is held here. */
  forget(): void {
    this.#blocks.length = 0;
  }

  /** Asks for more each time, so that a busy process asks seldom and a quiet one leaves small gaps. */
  async #fetch(client: ClientBase, count: number): Promise<void> {
    const { rows } = await client.query<{ first: number }>({
      name: 'reserve-ids',
      text: `SELECT nextval('entity_ids') AS first FROM generate_series(1, $1::integer)`,
      // Enough by itself, because another batch may take what is there while this one waits.
      values: [Math.max(Math.ceil(count / ID_BLOCK_SIZE), this.#blocksAhead)],
    });
    this.#blocksAhead = Math.min(this.#blocksAhead * 2, MOST_BLOCKS_AHEAD);
    for (const { first } of rows) this.#blocks.push({ next: first, end: first + ID_BLOCK_SIZE });
  }

  #carve(count: number): Block[] {
    const carved: Block[] = [];
    let missing = count;
    while (missing > 0) {
      const block = this.#blocks[0];
      if (!block) throw new RangeError(`${missing} of ${count} ids are missing`);
      const taken = Math.min(missing, block.end - block.next);
      carved.push({ next: block.next, end: block.next + taken });
      block.next += taken;
      if (block.next === block.end) this.#blocks.shift();
      missing -= taken;
    }
    return carved;
  }

  #available(): number {
    return this.#blocks.reduce((sum, { next, end }) => sum + end - next, 0);
  }
}
