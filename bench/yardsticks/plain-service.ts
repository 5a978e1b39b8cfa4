import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

/**
 * What most services do: a transaction of its own for every request that writes, one statement after the other, and one
 * statement a table for each that reads. Same HTTP framework, same driver, same tables, same rows as ours; the pool is as
 * large as pgbench's. It keeps no audit chain, decides nothing and logs nothing.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 32 });
const app = Fastify();

interface NewOrder {
  readonly order_number: string;
  readonly customer_id: string;
  readonly customer_email: string;
  readonly items: readonly { sku: string; title: string; quantity: number; unit_price_minor: number }[];
}

const text = { type: 'string', minLength: 1, maxLength: 1_000 } as const;
const body = {
  type: 'object',
  required: ['order_number', 'customer_id', 'customer_email', 'items'],
  properties: {
    order_number: text,
    customer_id: text,
    customer_email: text,
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sku', 'title', 'quantity', 'unit_price_minor'],
        properties: { sku: text, title: text, quantity: { type: 'integer' }, unit_price_minor: { type: 'integer' } },
      },
    },
  },
} as const;

app.post<{ Body: NewOrder }>('/v1/orders', { schema: { body } }, async ({ body: order }, reply) => {
  const totalMinor = order.items.reduce((sum, item) => sum + item.quantity * item.unit_price_minor, 0);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const inserted = await client.query<{ id: string }>(
      `INSERT INTO orders (order_number, customer_id, customer_email, currency, state, total_minor, placed_at,
                           transition_count)
       VALUES ($1, $2, $3, 'INR', 'PENDING_PAYMENT', $4, now(), 1) RETURNING id`,
      [order.order_number, order.customer_id, order.customer_email, totalMinor],
    );
    const id = inserted.rows[0]?.id;
    const lines = order.items.flatMap((item, index) => [
      id,
      index + 1,
      item.sku,
      item.title,
      item.quantity,
      item.unit_price_minor,
    ]);
    const rows = order.items.map(
      (_, line) => `(${Array.from({ length: 6 }, (_each, at) => `$${6 * line + at + 1}`).join()})`,
    );
    await client.query(
      `INSERT INTO order_items (order_id, line_number, sku, title, quantity, unit_price_minor) VALUES ${rows.join()}`,
      lines,
    );
    await client.query(
      `INSERT INTO state_transitions (order_id, sequence, entity_type, entity_id, event, to_state, actor, created_at,
                                      previous_hash, hash)
       VALUES ($1, 1, 'order', $1, 'place', 'PENDING_PAYMENT', 'plain', now(), '', sha256($2))`,
      [id, randomUUID()],
    );
    await client.query(
      `INSERT INTO jobs (order_id, kind, subject_id, state) VALUES ($1, 'invoice.render', $1, 'DONE')`,
      [id],
    );
    await client.query('COMMIT');
    return await reply.code(201).send({ id: Number(id), ...order, total_minor: totalMinor });
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
});

const PARTS = ['order_items', 'payments', 'returns', 'return_items', 'refunds', 'invoices', 'credit_notes'] as const;

app.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params: { id } }, reply) => {
  const client = await pool.connect();
  try {
    const found = await client.query<Record<string, unknown>>('SELECT * FROM orders WHERE id = $1', [id]);
    const [order] = found.rows;
    if (!order) return await reply.code(404).send({ message: 'no such order' });
    for (const part of PARTS) {
      order[part] = (await client.query(`SELECT * FROM ${part} WHERE order_id = $1 ORDER BY id`, [id])).rows;
    }
    return order;
  } finally {
    client.release();
  }
});

app.get('/ready', async () => {
  await pool.query('SELECT 1');
  return { status: 'ready' };
});

process.once('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
