-- Of a return that has arrived, some units may be accepted and others not. Null: all of them, once the return is
-- COMPLETED; so it is of those that were completed before this, and of those that a version completes that does not know
-- the column. Only what is less is written down, so that most completions write no row here.
--
-- Adds a column without a value, and puts triggers in the place of others; neither reads a row (NOT VALID), and both wait
-- for no more than the statements that write returned items at that moment. The version before goes on as it is; to it, a
-- return that was accepted in part has come back whole.
ALTER TABLE return_items
    ADD COLUMN accepted_quantity integer,
    ADD CONSTRAINT return_items_accepted_within_requested
        CHECK (accepted_quantity BETWEEN 0 AND quantity) NOT VALID;

-- What a return holds stays as it is; how much of it was accepted is said once.
DROP TRIGGER return_items_append_only ON return_items;
CREATE TRIGGER return_items_no_delete BEFORE DELETE ON return_items FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER return_items_fixed BEFORE UPDATE ON return_items FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.return_id, OLD.order_item_id, OLD.quantity,
           coalesce(OLD.accepted_quantity, NEW.accepted_quantity))
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.return_id, NEW.order_item_id, NEW.quantity, NEW.accepted_quantity))
    EXECUTE FUNCTION refuse_change();

-- The running total: units that were not accepted are in no return any more.
CREATE OR REPLACE FUNCTION count_returned_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE order_items SET returned_quantity = returned_quantity + added.quantity
    FROM (SELECT order_item_id, sum(coalesce(accepted_quantity, quantity)) AS quantity
          FROM added_items GROUP BY order_item_id) AS added
    WHERE order_items.id = added.order_item_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION release_rejected_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE order_items
    SET returned_quantity = returned_quantity - coalesce(return_items.accepted_quantity, return_items.quantity)
    FROM return_items WHERE return_items.return_id = NEW.id AND order_items.id = return_items.order_item_id;
    RETURN NULL;
END $$;
CREATE FUNCTION release_units_not_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM returns WHERE id = NEW.return_id) <> 'COMPLETED' THEN
        RAISE EXCEPTION 'units are accepted when their return is completed' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE order_items SET returned_quantity = returned_quantity - (NEW.quantity - NEW.accepted_quantity)
    WHERE id = NEW.order_item_id;
    RETURN NULL;
END $$;
CREATE TRIGGER return_items_release AFTER UPDATE OF accepted_quantity ON return_items FOR EACH ROW
    WHEN (OLD.accepted_quantity IS NULL AND NEW.accepted_quantity IS NOT NULL)
    EXECUTE FUNCTION release_units_not_accepted();
