import type { Static } from 'typebox';
import type { InvoiceSnapshotV2, PaperFacts, PartiesOnPaper } from '../../domain/papers/invoice.ts';
import { inVersion2 } from '../../domain/papers/invoice-versions.ts';
import type { CreditNoteView } from '../../queries/papers/credit-notes.ts';
import type { InvoiceView } from '../../queries/papers/invoices.ts';
import type { CreditNoteSchema, InvoiceSchema } from '../schemas/paper.ts';
import { linePricingView, partyView, shippingView, taxedView } from './pricing.ts';

export function invoiceView({ snapshot, ...view }: InvoiceView): Static<typeof InvoiceSchema> {
  const invoice = inVersion2(snapshot);
  const url = `/v1/orders/${view.orderId}/invoice`;
  return {
    id: view.id,
    order_id: view.orderId,
    ...paperView(invoice),
    issued_at: view.issuedAt,
    rendered_at: view.renderedAt,
    emailed_at: view.emailedAt,
    lines: invoice.lines.map((line) => ({ ...paperLineView(line), ...linePricingView(line) })),
    shipping: invoice.shipping && shippingView(invoice.shipping),
    pdf_url: `${url}.pdf`,
    xml_url: `${url}.xml`,
  };
}

export function creditNoteView({ snapshot, ...view }: CreditNoteView): Static<typeof CreditNoteSchema> {
  const { invoice, lines, shipping, deductions } = snapshot;
  const url = `/v1/credit-notes/${view.id}`;
  return {
    id: view.id,
    order_id: view.orderId,
    return_id: view.returnId,
    refund_id: view.refundId,
    invoice: { number: invoice.number, issued_at: invoice.issuedAt },
    reason: snapshot.reason,
    ...paperView(snapshot),
    issued_at: view.issuedAt,
    rendered_at: view.renderedAt,
    emailed_at: view.emailedAt,
    lines: lines.map((line) => ({
      ...paperLineView(line),
      discount_minor: line.discountMinor,
      ...taxedView(line),
      commodity_code: line.commodityCode,
    })),
    shipping: shipping && taxedView(shipping),
    goodwill_minor: snapshot.goodwillMinor,
    deductions: deductions.map(({ kind, description, amountMinor }) => ({
      kind,
      description,
      amount_minor: amountMinor,
    })),
    pdf_url: `${url}/pdf`,
    xml_url: `${url}/xml`,
  };
}

type Paper = PaperFacts &
  PartiesOnPaper &
  Pick<InvoiceSnapshotV2, 'seller' | 'pricesIncludeTax' | 'roundingMinor' | 'taxableMinor' | 'taxMinor' | 'totalMinor'>;

/** What every paper says, whatever it is about. */
function paperView({ seller, customer, order, billTo, shipTo, ...paper }: Paper) {
  return {
    number: paper.number,
    currency: paper.currency,
    prices_include_tax: paper.pricesIncludeTax,
    seller: {
      name: seller.name,
      address_lines: [...seller.addressLines],
      region: seller.region,
      country_code: seller.countryCode,
      tax_id: seller.taxId,
      email: seller.email,
      phone: seller.phone,
    },
    customer: { id: customer.id, email: customer.email },
    bill_to: billTo && partyView(billTo),
    ship_to: shipTo && partyView(shipTo),
    place_of_supply: paper.placeOfSupply,
    order: { number: order.number, placed_at: order.placedAt },
    rounding_minor: paper.roundingMinor,
    taxable_minor: paper.taxableMinor,
    tax_minor: paper.taxMinor,
    total_minor: paper.totalMinor,
  };
}

interface PaperLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly amountMinor: number;
}

function paperLineView({ lineNumber, sku, title, quantity, unitPriceMinor, amountMinor }: PaperLine) {
  return {
    line_number: lineNumber,
    sku,
    title,
    quantity,
    unit_price_minor: unitPriceMinor,
    amount_minor: amountMinor,
  };
}
