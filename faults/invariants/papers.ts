import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { paperFileName } from '../../src/invoices/files.ts';
import type { World } from '../world/world.ts';

const run = promisify(execFile);
/** Each takes pdftotext a while; all are looked at by their beginning and end. */
const MOST_READ_THROUGH = 3;

const PAPERS = ['invoice', 'credit_note']
  .map(
    (kind) => `SELECT '${kind}' AS kind, order_id, number, financial_year, sequence_number, rendered_at, emailed_at
               FROM ${kind}s`,
  )
  .join(' UNION ALL ');

interface PaperRow {
  readonly number: string;
  readonly order_number: string;
}

/**
 * Every shipped order has one invoice number and every completed return one credit note; the numbers of either have no
 * gaps; and each paper has a readable PDF, and was sent.
 */
export class PaperChecks {
  readonly #seen = new Set<string>();

  async check({ books, folders }: World): Promise<string[]> {
    const counts = await books.query<{ problem: string }>(`
      SELECT 'order ' || orders.id || ' is ' || orders.state || ' and has ' || count(invoices.id) || ' invoices' AS problem
        FROM orders LEFT JOIN invoices ON invoices.order_id = orders.id
        GROUP BY orders.id HAVING count(invoices.id) <> CASE WHEN orders.state IN ('SHIPPED', 'DELIVERED') THEN 1 ELSE 0 END
      UNION ALL
      SELECT 'return ' || returns.id || ' is ' || returns.state || ' and has ' || count(credit_notes.id) || ' credit notes'
        FROM returns LEFT JOIN credit_notes ON credit_notes.return_id = returns.id
        GROUP BY returns.id HAVING count(credit_notes.id) <> CASE WHEN returns.state = 'COMPLETED' THEN 1 ELSE 0 END
      UNION ALL
      SELECT kind || ' numbers of ' || financial_year || ' go from ' || min(sequence_number) || ' to '
             || max(sequence_number) || ', and are ' || count(*)
        FROM (${PAPERS}) AS papers GROUP BY kind, financial_year
        HAVING min(sequence_number) <> 1 OR max(sequence_number) <> count(*)
      UNION ALL
      SELECT kind || ' ' || number || ' is not marked as rendered and e-mailed' FROM (${PAPERS}) AS papers
        WHERE rendered_at IS NULL OR emailed_at IS NULL`);
    const rows = await books.query<PaperRow>(
      `SELECT number, order_number FROM (${PAPERS}) AS papers JOIN orders ON orders.id = order_id ORDER BY number`,
    );
    const fresh = rows.filter(({ number }) => !this.#seen.has(number));
    const unreadable = await Promise.all(
      fresh.map((row, index) => faultOfFile(folders.invoices, row, index < MOST_READ_THROUGH)),
    );
    for (const { number } of fresh) this.#seen.add(number);
    return [
      ...counts.map(({ problem }) => problem),
      ...unreadable.flatMap((fault) => fault ?? []),
      ...(await faultsOfMail(folders.mail, rows.length)),
    ];
  }
}

/** A mail may be sent again under the same Message-ID alone, which is the same file here. */
async function faultsOfMail(folder: string, papers: number): Promise<string[]> {
  const messages = (await readdir(folder)).filter((name) => name.endsWith('.eml')).length;
  return messages === papers ? [] : [`there are ${messages} e-mails for ${papers} papers`];
}

async function faultOfFile(
  folder: string,
  { number, order_number: orderNumber }: PaperRow,
  readThrough: boolean,
): Promise<string | undefined> {
  const path = join(folder, paperFileName(number));
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return `${number} has no file`;
  const isWhole = bytes.subarray(0, 5).toString() === '%PDF-' && bytes.subarray(-8).toString().includes('%%EOF');
  if (!isWhole) return `the file of ${number} is no whole PDF`;
  if (!readThrough) return undefined;
  try {
    const { stdout } = await run('pdftotext', [path, '-']);
    return stdout.includes(number) && stdout.includes(orderNumber) ? undefined : `the PDF of ${number} does not say so`;
  } catch (error) {
    // Where pdftotext is not installed, its beginning and end must do.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return `the PDF of ${number} cannot be read: ${String(error)}`;
  }
}
