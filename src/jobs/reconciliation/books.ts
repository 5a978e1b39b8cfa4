import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { BooksPage, BooksRequest } from '../../payments/payment-gateway.ts';
import type { OurPage, Place } from '../../queries/money/our-side.ts';
import { StartError } from '../../platform/start-error.ts';

const MOST_PAGES = 100_000;
const ROWS_AT_ONCE = 1_000;
const THE_BEGINNING = new Date(0);

/**
 * Reads all of a gateway's books since a moment.
 *
 * @throws StartError when the gateway does not give them
 */
export async function readTheirs<Entry extends { readonly gatewayReference: string }>(
  since: Date | null,
  list: (page: BooksRequest) => Promise<BooksPage<Entry>>,
): Promise<Entry[]> {
  // By their reference there: a page may show again what the one before it showed.
  const all = new Map<string, Entry>();
  let after: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer: BooksPage<Entry> = await list({ since, after });
    if (answer.kind === 'unknown') {
      throw new StartError(`the gateway does not give its books (${answer.reason}): is it up, and the address right?`);
    }
    for (const entry of answer.entries) all.set(entry.gatewayReference, entry);
    after = answer.next;
    if (after === null) return [...all.values()];
  }
  throw new StartError(`the gateway's books have over ${MOST_PAGES} pages`);
}

/** How ours are read, a page after a place. */
export interface OurReaders<Row> {
  readonly all: (page: OurPage) => Promise<Row[]>;
  /** Of those that were asked for before a moment, what is under way. */
  readonly open: (page: OurPage, before: Date) => Promise<Row[]>;
}

/** All of ours since a moment, and what is under way of the time before it; with null, all that there is. */
export async function readOurs<Row extends Place>(
  gateway: PaymentGatewayName,
  since: Date | null,
  { all, open }: OurReaders<Row>,
): Promise<Row[]> {
  const recent = await readPages(gateway, since ?? THE_BEGINNING, all);
  if (since === null) return recent;
  return [...(await readPages(gateway, THE_BEGINNING, (page) => open(page, since))), ...recent];
}

async function readPages<Row extends Place>(
  gateway: PaymentGatewayName,
  from: Date,
  read: (page: OurPage) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const after = rows.at(-1) ?? { createdAt: from, id: 0 };
    const page = await read({ gateway, after, limit: ROWS_AT_ONCE });
    rows.push(...page);
    if (page.length < ROWS_AT_ONCE) return rows;
  }
}
