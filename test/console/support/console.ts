import type pg from 'pg';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, inject } from 'vitest';
import { useBrowser } from './browser.ts';
import { useFilledShop } from './filled-shop.ts';

export interface Console {
  readonly url: string;
  /** The payment gateway that it stands before. */
  readonly gatewayUrl: string;
  /** A browser's window of its own; whatever it complains about fails the test that opened it. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** What another client does meanwhile: a POST to the API, which must be answered well. */
  post(path: string, body?: object): Promise<Answered>;
  /** Has the gateway decline the next refund. */
  declineNextRefund(): Promise<void>;
  /** One statement on the shop's database: to bring about what no person could. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Answered {
  readonly id: number;
  readonly order_number: string;
  readonly items: readonly { readonly id: number }[];
}

/** What the tests of the console stand in: left out, with a message, where there is no Chromium. */
export const describeConsole = describe.skipIf(inject('filledShop') === undefined);

/** Called at the top of a test file: a browser, before a shop of 10,000 orders; no other file has either. */
export function useConsole(): Console {
  const shop = useFilledShop();
  const browser = useBrowser();
  return {
    get url() {
      return shop.url;
    },
    get gatewayUrl() {
      return shop.gatewayUrl;
    },
    open: (path, options) => browser.open(`${shop.url}/console${path}`, options),
    post: async (path, body) => {
      const answer = await fetch(`${shop.url}/v1${path}`, {
        method: 'POST',
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
      });
      expect(answer.ok, path).toBe(true);
      return (await answer.json()) as Answered;
    },
    declineNextRefund: async () => {
      const answer = await fetch(`${shop.gatewayUrl}/v1/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ mode: 'decline', times: 1 }),
      });
      expect(answer.ok).toBe(true);
    },
    sql: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await shop.pool.query<Row>(text, [...values]);
      return rows;
    },
  };
}
