/**
 * For a transaction whose prepared statements look everything up by key: their plans are made once, for any length of
 * list. PostgreSQL compares that plan's cost, guessed for lists of ten, with the cost for the list at hand, so that
 * short lists would be planned anew each time, which takes about as long as running them. What is kept must not be what
 * fits a table that is still empty: whole tables are never read and never joined whole.
 */
export const PLANS_BY_KEY = {
  name: 'plans-by-key',
  text: `SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
};
