import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type ProblemJson,
} from '../../support/shop/shop.ts';

const api = useApi();

interface OrderWithPapers {
  readonly refunds: readonly { readonly id: number }[];
  readonly credit_notes: readonly { readonly id: number; readonly number: string }[];
}

const GST = [
  { name: 'CGST', rate_bp: 900 },
  { name: 'SGST', rate_bp: 900 },
];

/** A delivered order of five at 1,299.00 and two at 499.50, of which two of the five have come back. */
async function returnedOrder() {
  const order = await deliveredOrder(api, { customer_email: 'asha@example.com' });
  const { id: returnId } = await requestReturn(api, order, 2);
  await moveReturn(api, returnId, 'approve', 'dispatch', 'receive', 'complete');
  const after = (await api.get(`/v1/orders/${order.id}`)).json<OrderWithPapers>();
  const [refund] = after.refunds;
  const [note] = after.credit_notes;
  if (!refund || !note || !order.invoice) throw new Error('a completed return has a refund and a credit note');
  return { order, returnId, refund, note, invoiceNumber: order.invoice.number };
}

describe('the credit note of a return', () => {
  it('says what came back of which invoice, and what is refunded for it', async () => {
    const { order, returnId, refund, note, invoiceNumber } = await returnedOrder();
    const answer = await api.get(`/v1/credit-notes/${note.id}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      id: note.id,
      order_id: order.id,
      return_id: returnId,
      refund_id: null,
      number: note.number,
      invoice: { number: invoiceNumber },
      customer: { email: 'asha@example.com' },
      lines: [{ line_number: 1, sku: 'KURTA-M', quantity: 2, amount_minor: 259_800, total_minor: 259_800 }],
      shipping: null,
      ...{ goodwill_minor: 0, deductions: [], rounding_minor: 0, tax_minor: 0, total_minor: 259_800 },
      pdf_url: `/v1/credit-notes/${note.id}/pdf`,
      xml_url: `/v1/credit-notes/${note.id}/xml`,
    });
    expect((await api.get(`/v1/refunds/${refund.id}/credit-note`)).json()).toEqual(answer.json());
  });

  it('is a PDF and an e-invoice, named after its number', async () => {
    const { note, invoiceNumber } = await returnedOrder();
    const pdf = await api.get(`/v1/credit-notes/${note.id}/pdf`);
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(pdf.headers['content-disposition']).toBe(`inline; filename="${note.number.replace('/', '-')}.pdf"`);
    expect(pdf.body).toBe(`%PDF of ${note.number}`);
    const xml = await api.get(`/v1/credit-notes/${note.id}/xml`);
    expect(xml.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(xml.body).toContain(`<cbc:ID>${note.number}</cbc:ID>`);
    expect(xml.body).toMatch(new RegExp(`<cac:InvoiceDocumentReference>\\s+<cbc:ID>${invoiceNumber}</cbc:ID>`));
  });

  it('takes back the tax that was charged on what came back, and no more', async () => {
    const kurta = { sku: 'KURTA-M', title: 'Kurta', quantity: 3, unit_price_minor: 33_333, taxes: GST };
    const order = await deliveredOrder(api, { items: [kurta] });
    const invoice = (await api.get(`/v1/orders/${order.id}/invoice`)).json<{
      tax_minor: number;
      total_minor: number;
    }>();
    for (const quantity of [1, 2]) {
      const { id } = await requestReturn(api, order, quantity);
      await moveReturn(api, id, 'approve', 'dispatch', 'receive', 'complete');
    }
    const { credit_notes } = (await api.get(`/v1/orders/${order.id}`)).json<OrderWithPapers>();
    const notes = await Promise.all(
      credit_notes.map(async ({ id }) =>
        (await api.get(`/v1/credit-notes/${id}`)).json<{ tax_minor: number; total_minor: number }>(),
      ),
    );
    const sum = (name: 'tax_minor' | 'total_minor') => notes.reduce((total, note) => total + note[name], 0);
    expect([notes.length, sum('tax_minor'), sum('total_minor')]).toEqual([2, invoice.tax_minor, invoice.total_minor]);
  });
});

describe('the credit notes of money given back without goods', () => {
  it('are issued with the invoice, where it was given before, one for each refund', async () => {
    const { id } = await placeOrder(api);
    await moveOrder(api, id, 'pay');
    const give = (amount: number) => api.post(`/v1/orders/${id}/refunds`, { amount_minor: amount, reason: 'A dent' });
    for (const amount of [9_000, 1_000]) expect((await give(amount)).statusCode).toBe(201);
    const { refunds, invoice } = await moveOrder(api, id, 'process', 'ship');
    const notes = await Promise.all(refunds.map((refund) => api.get(`/v1/refunds/${refund.id}/credit-note`)));
    expect(notes.map((note) => note.json<unknown>())).toMatchObject([
      { invoice: { number: invoice?.number }, lines: [], goodwill_minor: 9_000, total_minor: 9_000 },
      { invoice: { number: invoice?.number }, lines: [], goodwill_minor: 1_000, total_minor: 1_000 },
    ]);
  });

  it('are a hundred at most, as the refunds are', async () => {
    const { id } = await placeOrder(api);
    await moveOrder(api, id, 'pay');
    const give = () => api.post(`/v1/orders/${id}/refunds`, { amount_minor: 1, reason: 'A dent' });
    const given = await Promise.all(Array.from({ length: 100 }, give));
    expect(new Set(given.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    const answer = await give();
    expect(answer.statusCode).toBe(409);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'refund.too_many', max_refunds: 100 });
  });
});

describe('where there is no credit note', () => {
  it('the answer says whether the refund is unknown, or its order had no invoice', async () => {
    const { id } = await placeOrder(api);
    const { refunds } = await moveOrder(api, id, 'pay', 'cancel');
    const codeOf = async (url: string) => {
      const answer = await api.get(url);
      return [answer.statusCode, answer.json<ProblemJson>().code];
    };
    expect(await codeOf(`/v1/refunds/${refunds[0]?.id}/credit-note`)).toEqual([404, 'credit_note.not_found']);
    expect(await codeOf(`/v1/refunds/${id}/credit-note`)).toEqual([404, 'refund.not_found']);
    for (const form of ['', '/pdf', '/xml']) {
      expect(await codeOf(`/v1/credit-notes/${id}${form}`)).toEqual([404, 'credit_note.not_found']);
    }
  });
});
