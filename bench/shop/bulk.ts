import type { BenchDatabase } from '../server/database.ts';

/** Enough for the indexes of five million orders, on a machine with some memory to spare. */
const BUILDING = "SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2";

interface Definition {
  readonly drop: string;
  readonly create: string;
}

/**
 * Loads without what makes single rows slow: foreign keys, and indexes other than primary keys, are taken away for the
 * time of the load and put back as they were; putting them back checks every row. Triggers stay, so that the sums which
 * they keep are right.
 */
export async function withoutIndexes(database: BenchDatabase, load: () => Promise<void>): Promise<void> {
  const foreignKeys = await database.query<{ drop: string; create: string }>(constraints('f'));
  const uniques = await database.query<{ drop: string; create: string }>(constraints('u'));
  const indexes = await database.query<{ drop: string; create: string }>(PLAIN_INDEXES);
  const all: Definition[] = [...foreignKeys, ...uniques, ...indexes];
  for (const { drop } of all) await database.query(drop);
  await load();
  await database.query(BUILDING);
  for (const { create } of all.reverse()) await database.query(create);
}

function constraints(type: 'f' | 'u'): string {
  return `
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS create
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = '${type}' AND conparentid = 0 ORDER BY conname`;
}

const PLAIN_INDEXES = `
  SELECT format('DROP INDEX %s', indexrelid::regclass) AS drop, pg_get_indexdef(indexrelid) AS create
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY relname`;
