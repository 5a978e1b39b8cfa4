import type { Cursor } from '../../queries/lists/paging.ts';
import { ProblemError } from '../problems/problem.ts';

/** What a cursor is a place in; of a list that belongs to one thing, with its id. Named in the cursor itself. */
export type ListName =
  | 'orders'
  | 'returns'
  | 'refunds'
  | 'jobs'
  | 'customer-orders'
  | 'differences'
  | 'webhook-endpoints'
  | `webhook-endpoint-changes-${number}`
  | `webhook-deliveries-${number}`
  | 'keys'
  | 'people'
  | 'security-events'
  | RecordName;

/** The record of an order or of a return. */
export type RecordName = `order-record-${number}` | `return-record-${number}`;

/** Fourteen digits of milliseconds end in the year 5138: PostgreSQL does not read what Date writes past 9999. */
const PLACE = /^(\d{1,14})\.(\d{1,16})$/;

/** How the console of the version before begins a record; its pages stay open over an upgrade. */
const BEGINNING = '0';
const SEQUENCE = /^\d{1,10}$/;
/** Of a record, as the database counts it. */
const LAST_SEQUENCE = 2_147_483_647;

/** Opaque to clients, who hand back what they were given. */
export function encodeCursor(list: ListName, { createdAt, id }: Cursor): string {
  return encode(list, `${createdAt.getTime()}.${id}`);
}

/** @throws ProblemError naming `after` when it is not one of this list */
export function decodeCursor(list: ListName, text: string): Cursor {
  const [, time, id] = PLACE.exec(decode(list, text)) ?? [];
  if (time === undefined || id === undefined) throw notOfList();
  return { createdAt: new Date(Number(time)), id: Number(id) };
}

/** The same of a record, whose entries are counted. */
export function encodeSequence(record: RecordName, sequence: number): string {
  return encode(record, String(sequence));
}

/** @throws ProblemError naming `after` when it is not one of this record */
export function decodeSequence(record: RecordName, text: string): number {
  if (text === BEGINNING) return 0;
  const sequence = decode(record, text);
  if (!SEQUENCE.test(sequence) || Number(sequence) > LAST_SEQUENCE) throw notOfList();
  return Number(sequence);
}

function encode(list: ListName, place: string): string {
  return Buffer.from(`${list} ${place}`).toString('base64url');
}

/** The place alone. A cursor of another list would be read as a place in this one, and skip what was never shown. */
function decode(list: ListName, text: string): string {
  const named = Buffer.from(text, 'base64url').toString('latin1');
  if (!named.startsWith(`${list} `)) throw notOfList();
  return named.slice(list.length + 1);
}

function notOfList(): ProblemError {
  return new ProblemError('request.invalid', 'after is not a cursor of this list', {
    errors: [{ field: 'after', message: 'is not a cursor of this list; take it from `next` of the page before' }],
  });
}
