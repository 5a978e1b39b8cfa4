-- A token key that takes the place of another ends it in time, so every process must know of it: like whatever else
-- changes who may come in, it begins an epoch.
--
-- Makes a trigger, which waits for no more than the statements that write token_keys at that moment, of which there are
-- few in a shop's life. The version before goes on as it is.
CREATE TRIGGER token_keys_epoch
    AFTER INSERT OR DELETE OR TRUNCATE ON token_keys
    FOR EACH STATEMENT EXECUTE FUNCTION begin_identity_epoch();
