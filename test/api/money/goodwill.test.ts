import { expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { useEngines } from '../../support/engines.ts';
import { change, doneOrder } from '../../support/http/requests.ts';
import { deliveredOrder, type RefundJson } from '../../support/shop/shop.ts';

const api = useApi();
const engines = useEngines(api.database);

it('what is given back without goods is answered alone, also after another process has given, under greater ids', async () => {
  const { id } = await deliveredOrder(api);
  const goodwill = { type: 'request_refund', amountMinor: 100, paymentId: null, reason: 'A dent' } as const;
  const { refunds } = doneOrder(await engines.open().execute(change({ orderId: id }, goodwill)));
  const answer = await api.post(`/v1/orders/${id}/refunds`, { amount_minor: 200, reason: 'A scratch' });
  const { data } = answer.json<{ data: RefundJson[] }>();
  expect(data).toMatchObject([{ amount_minor: 200 }]);
  expect(data[0]?.id).toBeLessThan(refunds[0]?.id ?? 0);
});
