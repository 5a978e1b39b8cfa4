-- What an order's price is made of: discounts, taxes, shipping, rounding. A row from before, or written by the version
-- before, has none of them: it is worth quantity x unit price. The CHECKs are NOT VALID so that no table is read through
-- while it is locked; those rows hold them by their defaults.

ALTER TABLE orders
    ADD COLUMN prices_include_tax boolean NOT NULL DEFAULT false,
    -- Off the whole order; the lines' shares of it add up to it.
    ADD COLUMN discount_minor     bigint NOT NULL DEFAULT 0,
    -- With its tax. What it is made of: {amountMinor, taxableMinor, taxes: [{name, rateBp, amountMinor}], ...}
    ADD COLUMN shipping_minor     bigint NOT NULL DEFAULT 0,
    ADD COLUMN shipping           jsonb,
    ADD COLUMN rounding_minor     bigint NOT NULL DEFAULT 0,
    -- Of the lines and the shipping.
    ADD COLUMN tax_minor          bigint NOT NULL DEFAULT 0,
    -- Personal data, one column a party: {name, addressLines, city, postalCode, region, countryCode, taxId}
    ADD COLUMN bill_to            jsonb,
    ADD COLUMN ship_to            jsonb,
    ADD COLUMN place_of_supply    text;
ALTER TABLE orders ADD CONSTRAINT orders_price_parts
    CHECK (discount_minor >= 0 AND shipping_minor >= 0 AND tax_minor >= 0) NOT VALID;

ALTER TABLE order_items
    ADD COLUMN discount_minor       bigint NOT NULL DEFAULT 0,
    -- The line's share of the order's discount.
    ADD COLUMN order_discount_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN tax_minor            bigint NOT NULL DEFAULT 0,
    -- [{name, rateBp, amountMinor}]; their amounts add up to tax_minor.
    ADD COLUMN taxes                jsonb,
    -- With tax. Null: quantity x unit price.
    ADD COLUMN total_minor          bigint,
    ADD COLUMN commodity_code       text;
ALTER TABLE order_items ADD CONSTRAINT order_items_price_parts
    CHECK (discount_minor >= 0 AND order_discount_minor >= 0 AND tax_minor >= 0
           AND discount_minor + order_discount_minor <= quantity * unit_price_minor
           AND coalesce(total_minor, tax_minor) >= tax_minor) NOT VALID;
