import pg from 'pg';
import { scramVerifier } from './scram-verifier.ts';

/** What the books and the door stand on: web and workers delete no row of these. */
const NEVER_DELETED = [
  'orders',
  'order_items',
  'payments',
  'returns',
  'refunds',
  'invoices',
  'invoice_series',
  'credit_note_series',
  'ledger_entries',
  'event_feed',
  'event_feed_progress',
  'webhook_progress',
  'reconciliation_differences',
  'reconciliation_turns',
  'webhook_attempts',
  'api_keys',
  'people',
  'token_keys',
  'identity_epoch',
];

/** Written once, though rows may be removed when they are past their keeping, or never. */
const NEVER_UPDATED = ['security_events', 'token_keys', 'one_time_links', 'recovery_codes'];

/** Of these only the named columns change after the row was written. */
const CHANGING_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  invoices: ['rendered_at', 'emailed_at'],
  credit_notes: ['rendered_at', 'emailed_at'],
  return_items: ['accepted_quantity'],
  people: [
    'role',
    'password_hash',
    'totp_secret',
    'totp_pending',
    'totp_step',
    'last_signed_in_at',
    'disabled_at',
    'disabled_by',
  ],
  sessions: ['last_seen_at'],
};

const MIGRATIONS_TABLE = 'schema_migrations';

/** Functions that do one permitted thing to what the role may not change by itself. */
const FUNCTIONS = ['erase_transition_reasons(bigint[])', 'erase_invoice_customers(bigint[], text)'];

/**
 * Makes a role for web and workers, if it is not there, and grants it what they need and no more: it can neither drop nor
 * alter anything, nor update or delete what is append-only, which is whatever has a trigger that refuses it. To be done
 * again after each migration, because a new table is nobody's but the owner's.
 *
 * @param role letters, digits and underscores
 * @param password that it comes in with from now on, of printable ASCII characters; undefined: whoever runs the database
 * gives it one
 */
export async function grantAppRole(databaseUrl: string, role: string, password?: string): Promise<void> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new RangeError(`not a name for a role: ${JSON.stringify(role)}`);
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'roundtrip grant' });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`);
    if (password !== undefined) {
      await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(scramVerifier(password))}`);
    }
    for (const statement of await statementsFor(client, role)) await client.query(statement);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function statementsFor(client: pg.Client, role: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; appendOnly: boolean; undeletable: boolean }>(TABLES);
  const ofTables = rows.flatMap(({ name, appendOnly, undeletable }) => {
    const privileges = privilegesOn(name, appendOnly, undeletable);
    return [`REVOKE ALL ON public.${name} FROM ${role}`, `GRANT ${privileges.join(', ')} ON public.${name} TO ${role}`];
  });
  return [
    `REVOKE ALL ON SCHEMA public FROM ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    ...ofTables,
    ...FUNCTIONS.map((each) => `GRANT EXECUTE ON FUNCTION public.${each} TO ${role}`),
  ];
}

function privilegesOn(table: string, appendOnly: boolean, undeletable: boolean): string[] {
  if (table === MIGRATIONS_TABLE) return ['SELECT'];
  const columns = CHANGING_COLUMNS[table];
  const update =
    appendOnly || NEVER_UPDATED.includes(table) ? [] : [columns ? `UPDATE (${columns.join(', ')})` : 'UPDATE'];
  const remove = appendOnly || undeletable || NEVER_DELETED.includes(table) ? [] : ['DELETE'];
  return ['SELECT', 'INSERT', ...update, ...remove];
}

/** Bits of pg_trigger.tgtype: 8 is DELETE, 16 is UPDATE. A trigger with a condition refuses only some updates. */
const TABLES = `
  SELECT quote_ident(relname) AS name,
         EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                 WHERE tgrelid = pg_class.oid AND proname LIKE 'refuse_change%' AND tgtype & 16 <> 0
                   AND tgqual IS NULL) AS "appendOnly",
         EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                 WHERE tgrelid = pg_class.oid AND proname LIKE 'refuse_change%' AND tgtype & 8 <> 0
                   AND tgqual IS NULL) AS undeletable
  FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
  ORDER BY relname`;
