import { readFileSync } from 'node:fs';
import type axe from 'axe-core';
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

/** The rules that WCAG 2.2 A and AA have and axe-core can check; and those of them that other colours can break. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const RULES_OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** As a function, which a page holds from its load on and the browser compiles once: to send it each time is the slower part. */
const GIVE_AXE = `globalThis.startAxe = () => {${readFileSync('node_modules/axe-core/axe.min.js', 'utf8')}}`;

async function startAxe(page: Page): Promise<void> {
  if ((await page.evaluate('typeof startAxe')) === 'undefined') {
    await page.addInitScript(GIVE_AXE);
    await page.evaluate(GIVE_AXE);
  }
  await page.evaluate('startAxe()');
}

/** Each breach of the rules, in light colours and in dark, with where it is. */
export async function breachesOf(page: Page): Promise<string[]> {
  await startAxe(page);
  const inDark = async () => {
    await inColours(page, 'dark');
    return (await breachesOfRules(page, RULES_OF_COLOURS)).map((breach) => `in dark colours, ${breach}`);
  };
  try {
    return [...(await breachesOfRules(page, RULES)), ...(await inDark())];
  } finally {
    await inColours(page, 'light');
  }
}

async function inColours(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
}

function breachesOfRules(page: Page, rules: string[]): Promise<string[]> {
  return page.evaluate(async (runOnly) => {
    const { axe: tool } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await tool.run({ runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  }, rules);
}

/** Waits until nothing is being read any more. */
export async function settle(page: Page): Promise<void> {
  await page.getByLabel('Loading', { exact: true }).first().waitFor({ state: 'detached' });
}

/** Waits until the condition of a locator holds. */
export async function isThere(locator: Locator): Promise<void> {
  await locator.first().waitFor();
}
