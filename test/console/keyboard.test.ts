import { expect, it } from 'vitest';
import { describeConsole, useConsole } from './support/console.ts';

const shop = useConsole();

describeConsole('by keyboard alone', () => {
  it('a day is typed digit by digit, however slowly, and filters once its year is whole', async () => {
    const page = await shop.open('/orders');
    const days = new Set<string | null>();
    page.on('framenavigated', (frame) => {
      days.add(new URL(frame.url()).searchParams.get('from'));
    });
    const from = page.getByLabel('Entered from');
    await from.focus();
    // Each key after the pause in which what is typed takes effect.
    await page.keyboard.type('01052026', { delay: 250 });
    await page.waitForURL(/from=2026-01-05/);
    expect(await from.inputValue()).toBe('2026-01-05');
    await page.keyboard.press('Backspace');
    await page.waitForURL((url) => !url.searchParams.has('from'));
    await page.keyboard.type('2025');
    await page.waitForURL(/from=2025-01-05/);
    expect([...days]).toEqual(['2026-01-05', null, '2025-01-05']);
  });
});
