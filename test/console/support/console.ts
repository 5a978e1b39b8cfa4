import axe from 'axe-core';
import pg from 'pg';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject } from 'vitest';
import { launchChromium } from './chromium.ts';

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };
/** A busy machine may take its time; nobody waits for a fixed while. */
const PATIENCE_MS = 15_000;

export interface Console {
  readonly url: string;
  /** A browser's window of its own; whatever it complains about fails the test that opened it. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The same, at an address of another server. */
  openAt(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** What another client does meanwhile: a POST to the API, which must be answered well. */
  post(path: string, body?: object): Promise<Answered>;
  /** One statement on the shop's database: to bring about what no person could. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Answered {
  readonly id: number;
  readonly items: readonly { readonly id: number }[];
}

/** What the tests of the console stand in: left out, with a message, where there is no Chromium. */
export function describeConsole(name: string, tests: (shop: Console) => void): void {
  const url = inject('consoleUrl');
  describe.skipIf(url === undefined)(name, () => {
    let browser: Browser;
    let pool: pg.Pool;
    const complaints: string[] = [];
    const contexts: BrowserContext[] = [];

    beforeAll(async () => {
      browser = await launchChromium();
      pool = new pg.Pool({ connectionString: inject('consoleDatabaseUrl'), max: 2 });
    });
    afterAll(async () => {
      await browser.close();
      await pool.end();
    });
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      expect(complaints.splice(0)).toEqual([]);
    });

    const openAt: Console['openAt'] = async (address, options = {}) => {
      const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      watch(page, complaints);
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    };

    tests({
      url: url ?? '',
      open: (path, options) => openAt(`${url ?? ''}/console${path}`, options),
      openAt,
      post: async (path, body) => {
        const answer = await fetch(`${url ?? ''}/v1${path}`, {
          method: 'POST',
          ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
        });
        expect(answer.ok, path).toBe(true);
        return (await answer.json()) as Answered;
      },
      sql: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
        const { rows } = await pool.query<Row>(text, [...values]);
        return rows;
      },
    });
  });
}

/** What the policy refuses, what throws, and what a page says is wrong. An answer that refuses is an answer. */
function watch(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`threw ${error.message}`));
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
  });
}

/** Each breach of the rules that WCAG 2.2 A and AA have, by what axe-core finds, with where it is. */
export async function breachesOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await tool.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  });
}

/** Waits until nothing is being read any more. */
export async function settle(page: Page): Promise<void> {
  await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
}

/** Waits until the condition of a locator holds. */
export async function isThere(locator: Locator): Promise<void> {
  await locator.first().waitFor();
}
