import type { BooksPage, BooksRequest } from '../../payments/payment-gateway.ts';
import { StartError } from '../../platform/start-error.ts';

const MOST_PAGES = 100_000;
const ROWS_AT_ONCE = 1_000;

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

/** Reads all of ours in the order of their ids, a page at a time. */
export async function readOurs<Row extends { readonly id: number }>(
  read: (page: { readonly afterId: number; readonly limit: number }) => Promise<Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (;;) {
    const page = await read({ afterId: all.at(-1)?.id ?? 0, limit: ROWS_AT_ONCE });
    all.push(...page);
    if (page.length < ROWS_AT_ONCE) return all;
  }
}
