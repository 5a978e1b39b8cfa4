-- The shop that placed an order: the id of its API key, where that has the role of a shop; null: nobody's in
-- particular. No foreign key: keys are never deleted, and every order of a busy shop would lock its one row.
ALTER TABLE orders ADD COLUMN shop_id bigint;

-- Writers wait while this is built: orders that there are have no shop, so it is empty.
CREATE INDEX orders_by_shop ON orders (shop_id, created_at DESC, id DESC) WHERE shop_id IS NOT NULL;

-- What the tokens of customers are signed with, sealed where ENCRYPTION_KEY is set. The newest signs, each checks what
-- it has signed.
CREATE TABLE token_keys (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed     bytea NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
);
