import { access, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { gatewayTotals } from './support/gateway-totals.ts';
import { makePlace, runCommand, startRoundtrip } from './support/running-roundtrip.ts';

const DECEMBER =
  process.env['ONLINE_RETAIL_FILE'] ??
  fileURLToPath(new URL('../../shared/data/online-retail-2010-12.csv', import.meta.url));

describe('the main job of a real month', () => {
  test('December comes out to the last penny, with an invoice for each order and a refund for each return', async (context) => {
    try {
      await access(DECEMBER);
    } catch {
      context.skip(`the real data is not at ${DECEMBER}`);
    }
    const place = await makePlace();
    const roundtrip = await startRoundtrip(place, '--no-sample');
    try {
      const flags = ['--format', 'online-retail', '--url', place.webUrl, '--json', '--wait'];
      const { stdout, stderr } = await runCommand(place, 'import', DECEMBER, ...flags);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({
        rows: 42_481,
        orders: 1_629,
        order_lines: 41_683,
        gross_minor: 82_374_614,
        returns: 156,
        return_lines: 289,
        returned_units: 3_196,
        refund_minor: 803_172,
        rejected: { no_customer: 38, no_matching_order_line: 401, not_a_sale: 70 },
        invoices_rendered: 1_629,
        refunds_succeeded: 156,
      });
      expect(await gatewayTotals(place)).toEqual([{ currency: 'GBP', count: 156, amount_minor: '803172' }]);
      const folder = join(place.folder, 'invoices');
      const numbered = async (prefix: string) => (await readdir(folder)).filter((name) => name.startsWith(prefix));
      expect(await numbered('INV')).toHaveLength(1_629);
      // The import waits for invoices and refunds alone.
      await expect.poll(() => numbered('CRN'), { timeout: 20_000 }).toHaveLength(156);
      const files = await readdir(folder);
      const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
      expect(Math.min(...sizes)).toBeGreaterThan(1_000);
      expect((await runCommand(place, 'audit')).stdout).toMatch(/^clean: .* of 1629 orders/);
    } finally {
      await roundtrip.end('SIGKILL');
      await place.remove();
    }
  }, 180_000);
});
