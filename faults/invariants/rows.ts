import type { World } from '../world/world.ts';

/** What one statement over the tables can tell. */
export async function checkRows({ books }: World): Promise<string[]> {
  const rows = await books.query<{ problem: string }>(`
    SELECT 'job ' || id || ' (' || kind || ') is ' || state || ': ' || coalesce(last_error, '') AS problem
      FROM jobs WHERE state <> 'DONE'
    UNION ALL
    SELECT 'of line ' || order_items.id || ' ' || sum(coalesce(accepted_quantity, return_items.quantity)) || ' of '
           || order_items.quantity || ' came back'
      FROM return_items
      JOIN order_items ON order_items.id = order_item_id
      JOIN returns ON returns.id = return_id AND returns.state <> 'REJECTED'
      GROUP BY order_items.id HAVING sum(coalesce(accepted_quantity, return_items.quantity)) > order_items.quantity
    UNION ALL
    SELECT 'the event feed has ' || count(*) || ' events up to position ' || max(position)
      FROM event_feed HAVING count(*) <> max(position)
    UNION ALL
    SELECT 'event ' || later.position || ' of order ' || later.order_id || ' comes out of order'
      FROM (SELECT event_feed.position, event_feed.order_id, sequence,
                   lag(sequence) OVER (PARTITION BY event_feed.order_id ORDER BY event_feed.position) AS before
            FROM event_feed JOIN state_transitions ON state_transitions.id = transition_id) AS later
      WHERE sequence <> coalesce(before, 0) + 1`);
  return rows.map(({ problem }) => problem);
}
