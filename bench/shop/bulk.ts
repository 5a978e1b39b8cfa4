import { availableParallelism } from 'node:os';
import pg from 'pg';
import type { BenchDatabase } from '../server/database.ts';

/** Enough for the indexes of five million orders. Each table is a core's work, so that none is shared out further. */
const BUILDING = "SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 0";

interface Definition {
  readonly table: string;
  readonly drop: string;
  readonly create: string;
}

/** Its table is the one that refers. */
interface Constraint extends Definition {
  /** Checks every row, where it was created NOT VALID; several tables may do so at once. */
  readonly validate: string;
}

export interface BulkLoad {
  readonly load: () => Promise<void>;
  /** Makes rows of those that were loaded. */
  readonly following: { readonly table: string; readonly insert: string };
}

/**
 * Loads without what makes single rows slow: foreign keys, and indexes other than primary keys, are taken away for the
 * time of the load and put back as they were; putting them back checks every row. Triggers stay, so that the sums which
 * they keep are right. Afterwards all tables are vacuumed, once: autovacuum would begin on what is still growing.
 */
export async function loadInBulk(database: BenchDatabase, { load, following }: BulkLoad): Promise<void> {
  const foreignKeys = await database.query<Constraint>(constraints('f'));
  const indexes = [
    ...(await database.query<Definition>(PLAIN_INDEXES)),
    ...(await database.query<Definition>(constraints('u'))),
  ];
  for (const { drop } of [...foreignKeys, ...indexes]) await database.query(drop);
  const tables = (await database.query<{ table: string }>(LARGEST_FIRST)).map(({ table }) => table);
  for (const table of tables) await database.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  await load();
  const indexesOf = Map.groupBy(indexes, ({ table }) => table);
  const finish = (table: string): string[] => [
    ...(indexesOf.get(table) ?? []).map(({ create }) => create),
    `VACUUM ANALYZE ${table}`,
  ];
  const others = (await database.query<{ table: string }>(LARGEST_FIRST))
    .map(({ table }) => table)
    .filter((table) => table !== following.table);
  await sideBySide(database.databaseUrl, [
    [following.insert, ...finish(following.table)],
    ...others.map((table) => finish(table)),
  ]);
  for (const { create } of foreignKeys) await database.query(`${create} NOT VALID`);
  const keysOf = Map.groupBy(foreignKeys, ({ table }) => table);
  await sideBySide(
    database.databaseUrl,
    Array.from(keysOf.values(), (keys) => keys.map(({ validate }) => validate)),
  );
  for (const table of tables) await database.query(`ALTER TABLE ${table} RESET (autovacuum_enabled)`);
}

/** Runs lists of statements, as many lists at a time as there are cores. */
async function sideBySide(databaseUrl: string, lists: readonly (readonly string[])[]): Promise<void> {
  const waiting = [...lists];
  const work = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await client.query(BUILDING);
      for (let list = waiting.shift(); list; list = waiting.shift()) {
        for (const statement of list) await client.query(statement);
      }
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

const LARGEST_FIRST = `
  SELECT oid::regclass::text AS table FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY pg_table_size(oid) DESC`;

function constraints(type: 'f' | 'u'): string {
  return `
    SELECT conrelid::regclass::text AS table,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS create,
           format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) AS validate
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = '${type}' AND conparentid = 0 ORDER BY conname`;
}

const PLAIN_INDEXES = `
  SELECT indrelid::regclass::text AS table, format('DROP INDEX %s', indexrelid::regclass) AS drop,
         pg_get_indexdef(indexrelid) AS create
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY relname`;
