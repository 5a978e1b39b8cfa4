import { describe, expect, it } from 'vitest';
import type { OrderCommand } from '../../../src/domain/commands.ts';
import { useApi } from '../../support/api.ts';
import { deliveredOrder, moveOrder, placeOrder, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();

/** What a worker would do. */
async function settle(orderId: number, command: OrderCommand): Promise<void> {
  const intent = { kind: 'change', target: { orderId }, command } as const;
  expect((await api.engine.execute({ actor: 'worker', intent })).kind).toBe('done');
}

const BUYER = {
  name: 'Rao & Sons <Outfitters>',
  address_lines: ['7 Temple Street'],
  city: 'Mysuru',
  postal_code: '570001',
  region: '29',
  country_code: 'IN',
  tax_id: '29AAACR5055K1Z6',
};
const GST = [
  { name: 'CGST', rate_bp: 900 },
  { name: 'SGST', rate_bp: 900 },
];

/** An order with all that a tax invoice can say. */
function placePricedOrder() {
  return placeOrder(api, {
    bill_to: BUYER,
    place_of_supply: '29',
    discount_minor: 1_000,
    shipping: { amount_minor: 5_000, taxes: GST },
    round_total_to_minor: 100,
    items: [
      {
        sku: 'KURTA-M',
        title: 'Kurta "M" & scarf',
        quantity: 2,
        unit_price_minor: 99_950,
        taxes: GST,
        commodity_code: '6211',
      },
    ],
  });
}

describe('the invoice', () => {
  it('is there from shipping on, and says what was sold', async () => {
    const { id } = await placeOrder(api, { customer_email: 'asha@example.com' });
    await moveOrder(api, id, 'pay', 'process');
    const early = await api.get(`/v1/orders/${id}/invoice`);
    expect(early.statusCode).toBe(404);
    expect(early.json<ProblemJson>().code).toBe('invoice.not_found');
    expect((await api.get(`/v1/orders/${id}/invoice.pdf`)).statusCode).toBe(404);

    const shipped = await moveOrder(api, id, 'ship');
    const invoice = (await api.get(`/v1/orders/${id}/invoice`)).json<{ number: string; rendered_at: string | null }>();
    expect(invoice).toMatchObject({
      id: shipped.invoice?.id,
      order_id: id,
      currency: 'INR',
      total_minor: shipped.total_minor,
      rendered_at: null,
      customer: { id: 'customer-1', email: 'asha@example.com' },
      order: { number: shipped.order_number, placed_at: shipped.placed_at },
      lines: [
        { line_number: 1, sku: 'KURTA-M', quantity: 5, unit_price_minor: 129_900, amount_minor: 649_500 },
        { line_number: 2, sku: 'SCARF', quantity: 2, unit_price_minor: 49_950, amount_minor: 99_900 },
      ],
      pdf_url: `/v1/orders/${id}/invoice.pdf`,
    });
    expect(invoice.number).toMatch(/^INV\d{4}\/\d{8}$/);
    await settle(id, { type: 'mark_invoice', invoiceId: shipped.invoice?.id ?? 0, mark: 'rendered' });
    const marked = await api.get(`/v1/orders/${id}/invoice`);
    expect(marked.json<{ rendered_at: string | null }>().rendered_at).toMatch(/Z$/);
    expect((await api.get(`/v1/orders/${id}`)).statusCode).toBe(200);
  });

  it('that is drawn or sent changes the ETag of its order and return, and makes no If-Match a conflict', async () => {
    const { id, items, invoice } = await deliveredOrder(api);
    const body = { reason: 'Too small', items: [{ order_item_id: items[0]?.id, quantity: 1 }] };
    const returned = (await api.post(`/v1/orders/${id}/returns`, body)).json<{ id: number }>();
    const urls = [`/v1/orders/${id}`, `/v1/returns/${returned.id}`];
    const read = async () => Promise.all(urls.map(async (url) => (await api.get(url)).headers.etag));
    const seen = await read();
    const invoiceId = invoice?.id ?? 0;
    for (const mark of ['rendered', 'emailed'] as const) {
      const before = await read();
      await settle(id, { type: 'mark_invoice', invoiceId, mark });
      const after = await read();
      for (const [index, etag] of after.entries()) expect(etag).not.toBe(before[index]);
    }
    // With the ETag from before and with the one of now.
    const approve = await api.post(`/v1/returns/${returned.id}/approve`, {}, { 'if-match': seen[1] });
    expect(approve.statusCode).toBe(200);
    const current = { 'if-match': approve.headers.etag };
    expect((await api.post(`/v1/returns/${returned.id}/dispatch`, {}, current)).statusCode).toBe(200);
    expect((await api.post(`/v1/returns/${returned.id}/receive`, {}, current)).statusCode).toBe(412);
  });

  it('is a PDF too, named after its number', async () => {
    const { id, invoice } = await deliveredOrder(api);
    const answer = await api.get(`/v1/orders/${id}/invoice.pdf`);
    expect(answer.headers['content-type']).toBe('application/pdf');
    expect(answer.headers['content-disposition']).toBe(
      `inline; filename="${invoice?.number.replace('/', '-') ?? ''}.pdf"`,
    );
    expect(answer.body).toBe(`%PDF of ${invoice?.number ?? ''}`);
  });

  it('says what an order with taxes is made of', async () => {
    const { id } = await placePricedOrder();
    const { total_minor } = await moveOrder(api, id, 'pay', 'process', 'ship');
    const taxes = GST.map((rate) => ({ ...rate, amount_minor: 17_901 }));
    expect((await api.get(`/v1/orders/${id}/invoice`)).json()).toMatchObject({
      bill_to: BUYER,
      ship_to: null,
      place_of_supply: '29',
      prices_include_tax: false,
      lines: [
        {
          ...{ amount_minor: 199_900, discount_minor: 0, order_discount_minor: 1_000, commodity_code: '6211' },
          ...{ taxable_minor: 198_900, tax_minor: 35_802, taxes, total_minor: 234_702 },
        },
      ],
      shipping: { amount_minor: 5_000, taxable_minor: 5_000, tax_minor: 900, total_minor: 5_900, commodity_code: null },
      ...{ taxable_minor: 203_900, tax_minor: 36_702, rounding_minor: -2, total_minor },
    });
    expect(total_minor).toBe(240_600);
  });

  it('is an e-invoice too, in which texts stay texts', async () => {
    const { id } = await placePricedOrder();
    const early = await api.get(`/v1/orders/${id}/invoice.xml`);
    expect([early.statusCode, early.json<ProblemJson>().code]).toEqual([404, 'invoice.not_found']);
    const { invoice } = await moveOrder(api, id, 'pay', 'process', 'ship');
    const number = invoice?.number ?? '';
    const answer = await api.get(`/v1/orders/${id}/invoice.xml`);
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe(`inline; filename="${number.replace('/', '-')}.xml"`);
    expect(answer.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Invoice xmlns="urn:oasis:names:[^"]+:Invoice-2"/,
    );
    expect(answer.body).toContain(`<cbc:ID>${number}</cbc:ID>`);
    expect(answer.body).toContain('<cbc:Name>Kurta &quot;M&quot; &amp; scarf</cbc:Name>');
    expect(answer.body).toContain('<cbc:RegistrationName>Rao &amp; Sons &lt;Outfitters&gt;</cbc:RegistrationName>');
    expect(answer.body).toContain('<cbc:PayableRoundingAmount currencyID="INR">-0.02</cbc:PayableRoundingAmount>');
    expect((await api.get(`/v1/orders/${id}/invoice.xml`)).body).toBe(answer.body);
  });
});
