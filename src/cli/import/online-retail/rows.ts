import { parse } from 'csv-parse/sync';
import { ImportError, messageOf } from '../import-error.ts';
import { londonToUtc } from './london-time.ts';
import { parsePounds, type UnitPrice } from './unit-price.ts';

/** One row of the file, read but not yet judged. */
export interface OnlineRetailRow {
  readonly invoiceNo: string;
  readonly stockCode: string;
  /** Empty where the file has none. */
  readonly description: string;
  /** Negative where goods come back or are written off. */
  readonly quantity: number;
  /** ISO 8601, UTC. */
  readonly invoicedAt: string;
  readonly unitPrice: UnitPrice;
  /** Null: a guest. */
  readonly customerId: string | null;
}

const HEADER = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

const WHOLE_NUMBER = /^-?\d{1,9}$/;

/** A quotation mark that is never closed would otherwise make one record of the rest of the file. */
const MAX_RECORD_LENGTH = 65_536;

/**
 * Reads the CSV whole. One row that cannot be read refuses the file: a row passed over would be money missing.
 *
 * @throws ImportError naming the line
 */
export function parseRows(csv: string): OnlineRetailRow[] {
  const rows: OnlineRetailRow[] = [];
  const toUtc = remembering(londonToUtc);
  let recordCount = 0;
  const take = (fields: string[], line: number): void => {
    if (recordCount === 0) checkHeader(fields);
    else rows.push(readRow(fields, line, toUtc));
    recordCount += 1;
  };
  try {
    parse(csv, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: MAX_RECORD_LENGTH,
      on_record: (fields: string[], { lines }) => {
        take(fields, lines);
        return null;
      },
    });
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(`the file is not readable as CSV: ${messageOf(error)}`);
  }
  if (recordCount === 0) throw new ImportError(`the file is empty; its first line must be ${HEADER.join(',')}`);
  return rows;
}

function checkHeader(fields: readonly string[]): void {
  if (fields.length !== HEADER.length || HEADER.some((name, index) => fields[index] !== name)) {
    throw new ImportError(`line 1: the header must be ${HEADER.join(',')}`);
  }
}

function readRow(fields: readonly string[], line: number, toUtc: typeof londonToUtc): OnlineRetailRow {
  if (fields.length !== HEADER.length) {
    throw new ImportError(`line ${line}: ${fields.length} columns where there must be ${HEADER.length}`);
  }
  const [invoiceNo = '', stockCode = '', description = '', quantity = '', invoiceDate = '', price = '', customer = ''] =
    fields;
  const wrong = (column: (typeof HEADER)[number], expected: string, found: string): ImportError =>
    new ImportError(`line ${line}: ${column} must be ${expected}, not "${found.slice(0, 50)}"`);

  if (invoiceNo === '') throw wrong('InvoiceNo', 'given', invoiceNo);
  if (stockCode === '') throw wrong('StockCode', 'given', stockCode);
  if (!WHOLE_NUMBER.test(quantity)) throw wrong('Quantity', 'a whole number', quantity);
  const invoicedAt = toUtc(invoiceDate);
  if (invoicedAt === undefined) throw wrong('InvoiceDate', 'a time such as 2010-12-01 08:26:00', invoiceDate);
  const unitPrice = parsePounds(price);
  if (!unitPrice) throw wrong('UnitPrice', 'a decimal number', price);
  return {
    invoiceNo,
    stockCode,
    description,
    quantity: Number(quantity),
    invoicedAt,
    unitPrice,
    customerId: customer.replace(/\.0$/, '') || null,
  };
}

/** The rows of an invoice share their time, and reading one takes twenty times as long as the rest of the row. */
function remembering(read: typeof londonToUtc): typeof londonToUtc {
  const known = new Map<string, string | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, read(text));
    return known.get(text);
  };
}
