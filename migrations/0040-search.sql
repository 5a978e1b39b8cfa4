-- What the search box looks up by its beginning, whatever the case. text_pattern_ops, because the database's own
-- collation need not order by bytes, and a prefix is a range only in an order that does. Lookups of whole customer ids,
-- SKUs, invoice numbers and ids use the indexes that are there.

-- Writers wait while these are built: about two seconds for each million orders.
CREATE INDEX orders_number_prefix ON orders (lower(order_number) text_pattern_ops);
CREATE INDEX orders_email_prefix ON orders (lower(customer_email) text_pattern_ops, created_at DESC, id DESC)
    WHERE customer_email IS NOT NULL;
