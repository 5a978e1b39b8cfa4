import type { Place } from './running-roundtrip.ts';

/** What the local gateway has paid back in all, by currency. */
export async function gatewayTotals({ gatewayUrl }: Place): Promise<unknown> {
  const response = await fetch(`${gatewayUrl}/v1/refunds/totals`);
  return ((await response.json()) as { data: unknown }).data;
}
