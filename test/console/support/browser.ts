import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 740 };
/** A busy machine may take its time; nobody waits for a fixed while. */
const PATIENCE_MS = 15_000;

export interface TestBrowser {
  /** A window of its own; whatever it complains about fails the test that opened it. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
}

/** Called at the top of a test file. */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });

  return {
    open: async (address, options = {}) => {
      if (!browser) throw new Error('the browser is started in beforeAll, and is not there before');
      const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      watch(page, complaints);
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },
  };
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
