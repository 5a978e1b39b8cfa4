-- The same as order.sql without the job, which placing an order does not cause: exactly the rows that our create writes.
\set customer random(0, 99999)
\set article random(0, 9999)
WITH identity AS (
  SELECT nextval('entity_ids') AS id
), placed AS (
  INSERT INTO orders (id, order_number, customer_id, customer_email, currency, state, total_minor, placed_at,
                      transition_count, transition_hash)
  SELECT id, 'PGB-' || id, 'customer-' || (:customer)::int, 'customer-' || (:customer)::int || '@example.com', 'INR',
         'PENDING_PAYMENT', 389700, now(), 1, sha256(convert_to(id::text, 'UTF8'))
  FROM identity
  RETURNING id, transition_hash
), lines AS (
  INSERT INTO order_items (order_id, line_number, sku, title, quantity, unit_price_minor)
  SELECT id, line, 'SKU-' || lpad((((:article)::int + line * 997) % 10000)::text, 5, '0'),
         'Hand-made lantern, brass, no. ' || (:article)::int, 1 + line % 3, 129900
  FROM placed, generate_series(1, 3) AS line
)
INSERT INTO state_transitions (order_id, sequence, entity_type, entity_id, event, to_state, actor, created_at,
                               previous_hash, hash)
SELECT id, 1, 'order', id, 'place', 'PENDING_PAYMENT', 'pgbench', now(), '', transition_hash FROM placed;
