import { once } from 'node:events';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Changes } from '../../src/engine/changes.ts';
import { writeChanges } from '../../src/engine/save.ts';
import type { Value, Write } from '../../src/engine/save/write.ts';

/** The rows of one table, as COPY takes them. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly text: string;
}

const INSERT = /^INSERT INTO (\w+) \(([\w\s,]+)\)\s+SELECT \* FROM unnest/;

/**
 * What saving the changes would send, as rows for COPY. The engine's own statements name tables and columns, so that a
 * column added there is loaded here as well.
 */
export function rowsOf(changes: Changes): TableRows[] {
  const tables: TableRows[] = [];
  const write: Write = (name, rows, statement, valuesOf) => {
    // All jobs of a finished history are done: the engine would write them and then say so.
    if (rows.length === 0 || name === 'finish-jobs') return;
    const { table, columns } = targetOf(name, statement);
    const isJobs = table === 'jobs';
    const end = isJobs ? '\tDONE\n' : '\n';
    let text = '';
    for (const row of rows) {
      let isFirst = true;
      for (const value of valuesOf(row)) {
        text += isFirst ? field(value) : `\t${field(value)}`;
        isFirst = false;
      }
      text += end;
    }
    tables.push({ table, columns: isJobs ? [...columns, 'state'] : columns, text });
  };
  writeChanges(write, changes);
  return tables;
}

function targetOf(name: string, statement: string): { readonly table: string; readonly columns: readonly string[] } {
  const [, table, columnList] = INSERT.exec(statement) ?? [];
  if (table === undefined || columnList === undefined) throw new Error(`the loader does not know what ${name} writes`);
  return { table, columns: columnList.split(',').map((column) => column.trim()) };
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function field(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  const text = String(value);
  return SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? '') : text;
}

export async function copyInto(client: Client, { table, columns, text }: TableRows): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join()}) FROM STDIN`));
  const finished = once(stream, 'finish');
  stream.end(text);
  await finished;
}
