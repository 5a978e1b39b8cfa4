import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Chromium without its windows: pages take it a third less. */
const WITHOUT_WINDOWS = '/usr/bin/chromium-headless-shell';

/** Of Debian's packages `chromium-headless-shell` and `chromium`, whichever is there. */
export const CHROMIUM =
  process.env['CHROMIUM'] ?? (existsSync(WITHOUT_WINDOWS) ? WITHOUT_WINDOWS : '/usr/bin/chromium');

/** Nothing but the page under test: a browser that updates, syncs or guesses would only disturb the figures. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
