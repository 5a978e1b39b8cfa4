import { once } from 'node:events';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Value } from '../../src/engine/save/write.ts';

/** Types of columns as PostgreSQL names them, by table and column. */
export type ColumnTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

export async function readColumnTypes(client: Client): Promise<ColumnTypes> {
  const { rows } = await client.query<{ table: string; column: string; type: string }>(
    `SELECT attrelid::regclass::text AS table, attname AS column, atttypid::regtype::text AS type
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped`,
  );
  const ofTables = Map.groupBy(rows, ({ table }) => table);
  return new Map(
    Array.from(ofTables, ([table, columns]) => [table, new Map(columns.map(({ column, type }) => [column, type]))]),
  );
}

type Encode = (bytes: GrowingBytes, value: NonNullable<Value>) => void;

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const JSONB_VERSION = 1;

/** The binary forms of the types that the loaded tables have: what PostgreSQL's `typreceive` functions take. */
const ENCODERS: Readonly<Record<string, Encode>> = {
  boolean: (bytes, value) => {
    bytes.int32(1);
    bytes.int8(value === true ? 1 : 0);
  },
  smallint: (bytes, value) => {
    bytes.int32(2);
    bytes.int16(Number(value));
  },
  integer: (bytes, value) => {
    bytes.int32(4);
    bytes.int32(Number(value));
  },
  bigint: (bytes, value) => {
    bytes.int32(8);
    bytes.int64(Number(value));
  },
  text: (bytes, value) => {
    bytes.text(String(value));
  },
  jsonb: (bytes, value) => {
    bytes.text(String(value), JSONB_VERSION);
  },
  bytea: (bytes, value) => {
    if (!Buffer.isBuffer(value)) throw new TypeError('a bytea is given as a Buffer');
    bytes.int32(value.length);
    bytes.raw(value);
  },
  'timestamp with time zone': (bytes, value) => {
    const instant = value instanceof Date ? value : new Date(String(value));
    bytes.int32(8);
    bytes.int64((instant.getTime() - POSTGRES_EPOCH_MS) * 1_000);
  },
};

/**
 * Rows of one table in the binary format of COPY, which spares PostgreSQL the reading of text and us the writing of it
 * (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
 */
export class BinaryCopy {
  readonly #statement: string;
  readonly #encoders: readonly Encode[];
  readonly #bytes = new GrowingBytes();

  /** @throws Error when a column has a type that it does not know */
  constructor(table: string, columns: readonly string[], types: ColumnTypes) {
    this.#statement = `COPY ${table} (${columns.join()}) FROM STDIN (FORMAT binary)`;
    this.#encoders = columns.map((column) => {
      const type = types.get(table)?.get(column);
      const encode = ENCODERS[type ?? ''];
      if (!encode) throw new Error(`the loader does not know how to write ${table}.${column}, of type ${type ?? '?'}`);
      return encode;
    });
  }

  /** Forgets the rows before: one thing holds the bytes of every load. */
  begin(): void {
    this.#bytes.clear();
    this.#bytes.raw(HEADER);
  }

  /** @param values one for each column, in their order */
  add(values: readonly Value[]): void {
    const bytes = this.#bytes;
    bytes.int16(this.#encoders.length);
    for (const [column, encode] of this.#encoders.entries()) {
      const value = values[column] ?? null;
      if (value === null) bytes.int32(NULL_LENGTH);
      else encode(bytes, value);
    }
  }

  async send(client: Client): Promise<void> {
    this.#bytes.int16(END);
    const stream = client.query(copyFrom(this.#statement));
    const finished = once(stream, 'finish');
    stream.end(this.#bytes.written());
    await finished;
  }
}

/** Signature, flags, and the length of an extension: none. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const NULL_LENGTH = -1;
const END = -1;
const LEAST_BYTES = 1 << 20;
const MOST_BYTES_OF_A_CODE_UNIT = 3;

class GrowingBytes {
  #buffer = Buffer.allocUnsafe(LEAST_BYTES);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#length = this.#buffer.writeInt8(value, this.#length);
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  /** @param value a safe integer */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value | 0);
  }

  raw(bytes: Buffer): void {
    this.#reserve(bytes.length);
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
  }

  /** Its length in bytes, then a leading byte where there is one, then the text as UTF-8. */
  text(text: string, leading?: number): void {
    this.#reserve(5 + text.length * MOST_BYTES_OF_A_CODE_UNIT);
    const start = this.#length;
    this.#length += 4;
    if (leading !== undefined) this.int8(leading);
    this.#length += this.#buffer.write(text, this.#length);
    this.#buffer.writeInt32BE(this.#length - start - 4, start);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
