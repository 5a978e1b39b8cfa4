import type { Client } from 'pg';
import type { Changes } from '../../src/engine/changes.ts';
import { writeChanges } from '../../src/engine/save.ts';
import type { Write } from '../../src/engine/save/write.ts';
import { BinaryCopy, type ColumnTypes } from './binary-copy.ts';

const INSERT = /^INSERT INTO (\w+) \(([\w\s,]+)\)\s+SELECT \* FROM unnest/;

/**
 * Loads what saving changes would send, by COPY. The engine's own statements name tables and columns, so that a column
 * added there is loaded here as well.
 */
export class ChangesLoader {
  readonly #client: Client;
  readonly #types: ColumnTypes;
  readonly #copies = new Map<string, BinaryCopy>();

  constructor(client: Client, types: ColumnTypes) {
    this.#client = client;
    this.#types = types;
  }

  async load(changes: Changes): Promise<void> {
    const copies: BinaryCopy[] = [];
    const write: Write = (name, rows, statement, valuesOf) => {
      // All jobs of a finished history are done: the engine would write them and then say so.
      if (rows.length === 0 || name === 'finish-jobs') return;
      const { copy, isJobs } = this.#copyOf(name, statement);
      copy.begin();
      for (const row of rows) copy.add(isJobs ? [...valuesOf(row), 'DONE'] : valuesOf(row));
      copies.push(copy);
    };
    writeChanges(write, changes);
    for (const copy of copies) await copy.send(this.#client);
  }

  #copyOf(name: string, statement: string): { readonly copy: BinaryCopy; readonly isJobs: boolean } {
    const { table, columns } = targetOf(name, statement);
    const isJobs = table === 'jobs';
    const known = this.#copies.get(name);
    if (known) return { copy: known, isJobs };
    const copy = new BinaryCopy(table, isJobs ? [...columns, 'state'] : columns, this.#types);
    this.#copies.set(name, copy);
    return { copy, isJobs };
  }
}

function targetOf(name: string, statement: string): { readonly table: string; readonly columns: readonly string[] } {
  const [, table, columnList] = INSERT.exec(statement) ?? [];
  if (table === undefined || columnList === undefined) throw new Error(`the loader does not know what ${name} writes`);
  return { table, columns: columnList.split(',').map((column) => column.trim()) };
}
