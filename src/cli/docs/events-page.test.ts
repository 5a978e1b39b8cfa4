import { expect, it } from 'vitest';
import { DOMAIN_EVENTS } from '../../domain/events.ts';
import { eventsPage } from './events-page.ts';

it('docs/events.md has a row for every event, with its routing key, its type and what causes it, and no other', () => {
  const rows = eventsPage()
    .split('\n')
    .flatMap((line) => {
      const [, name, type, causes] = /^\| `(\w+\.\w+)` \| `(roundtrip\.[\w.]+)` \| (.+) \|$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, type, causes }];
    });
  expect(rows.map(({ name, type }) => ({ name, type }))).toEqual(
    DOMAIN_EVENTS.map(({ name, type }) => ({ name, type })),
  );
  expect(rows.find(({ name }) => name === 'order.cancelled')?.causes).toBe('`cancel`');
  expect(rows.find(({ name }) => name === 'refund.pending')?.causes).toBe('`create`, `retry`, `approve`');
  for (const { name, causes } of rows) expect(causes, name).toMatch(/^`\w+`/);
});
