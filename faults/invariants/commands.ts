import type { Acknowledged } from '../load/acknowledged.ts';
import type { Books } from '../world/books.ts';

interface MoveRow {
  readonly move: string;
  readonly times: number;
}

/** Every command that was acknowledged is in the database, once; and no order is there that nobody was told of. */
export async function checkCommands(books: Books, { orders }: Acknowledged): Promise<string[]> {
  const rows = await books.query<MoveRow>(
    `SELECT entity_type || ' ' || entity_id || ' ' || event AS move, count(*) AS times
     FROM state_transitions WHERE entity_type IN ('order', 'return') GROUP BY 1`,
  );
  const recorded = new Map(rows.map(({ move, times }) => [move, times]));
  const acknowledged = orders.flatMap(({ orderNumber, moves }) =>
    moves.map(({ entity, id, event }) => ({ orderNumber, move: `${entity} ${id} ${event}` })),
  );
  const lost = acknowledged
    .filter(({ move }) => recorded.get(move) !== 1)
    .map(
      ({ orderNumber, move }) =>
        `${orderNumber}: "${move}" was acknowledged, and is on record ${recorded.get(move) ?? 0} times`,
    );
  const known = new Set(acknowledged.map(({ move }) => move));
  const unheardOf = [...recorded.keys()]
    .filter((move) => !known.has(move))
    .map((move) => `"${move}" is on record, and was asked for by nobody`);
  return [...lost, ...unheardOf];
}
