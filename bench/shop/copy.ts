import { once } from 'node:events';
import pg, { type ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Changes } from '../../src/engine/changes.ts';
import { saveChanges } from '../../src/engine/save.ts';

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (readonly Value[])[];
}

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
  const capture = {
    query: (statement: Statement): Promise<void> => {
      // All jobs of a finished history are done: the engine would write them and then say so.
      if (statement.name !== 'finish-jobs') tables.push(toRows(statement));
      return Promise.resolve();
    },
  };
  // saveChanges calls nothing of its client but query, with a name, a text and one array a column.
  void saveChanges(capture as unknown as ClientBase, changes);
  return tables;
}

function toRows({ name, text, values }: Statement): TableRows {
  const [, table, columnList] = INSERT.exec(text) ?? [];
  if (table === undefined || columnList === undefined) throw new Error(`the loader does not know what ${name} writes`);
  const columns = columnList.split(',').map((column) => column.trim());
  const constants = table === 'jobs' ? ['DONE'] : [];
  const count = values[0]?.length ?? 0;
  let rows = '';
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < values.length; column += 1) {
      rows += (column === 0 ? '' : '\t') + field(values[column]?.[row]);
    }
    rows += constants.map((constant) => `\t${constant}`).join('') + '\n';
  }
  return { table, columns: table === 'jobs' ? [...columns, 'state'] : columns, text: rows };
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

type Value = string | number | boolean | Buffer | null | undefined;

function field(value: Value): string {
  if (value === null || value === undefined) return '\\N';
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  const text = String(value);
  return SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? '') : text;
}

export async function copyInto(client: pg.Client, { table, columns, text }: TableRows): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join()}) FROM STDIN`));
  const finished = once(stream, 'finish');
  stream.end(text);
  await finished;
}
