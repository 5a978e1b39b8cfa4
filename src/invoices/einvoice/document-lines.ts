import { amount } from './amounts.ts';
import { taxCategoryElement, type TaxCategory } from './tax-category.ts';
import type { Taxed, TradeCharge, TradeDocument, TradeLine } from './trade-document.ts';
import { element, text, type Element } from './xml.ts';

/** UN/ECE Recommendation 20: a piece. */
const UNIT_CODE = 'H87';
/** UNTDID 7143: the harmonised system, which HSN is India's form of. */
const HARMONISED_SYSTEM = 'HS';
/** UNTDID 5189: discount. */
const DISCOUNT_REASON_CODE = '95';
/** UNTDID 7161: freight. */
const FREIGHT_REASON_CODE = 'FC';

/** What the parts of one document have in common. */
export interface DocumentTerms {
  readonly kind: TradeDocument['kind'];
  readonly currency: string;
  readonly scheme: string;
  readonly categoryOf: (part: Taxed) => TaxCategory;
}

/** A line. Its price is that of all its units, for as many as there are: a price of one would not always be exact. */
export function lineElement(line: TradeLine, { kind, currency, scheme, categoryOf }: DocumentTerms): Element {
  const [lineName, quantityName] =
    kind === 'invoice' ? ['cac:InvoiceLine', 'cbc:InvoicedQuantity'] : ['cac:CreditNoteLine', 'cbc:CreditedQuantity'];
  const quantity = String(line.quantity);
  return element(lineName, [
    element('cbc:ID', line.id),
    element(quantityName, quantity, { unitCode: UNIT_CODE }),
    amount('cbc:LineExtensionAmount', line.netMinor, currency),
    ...line.allowances.map(({ reason, amountMinor }) =>
      element('cac:AllowanceCharge', [
        element('cbc:ChargeIndicator', 'false'),
        element('cbc:AllowanceChargeReasonCode', DISCOUNT_REASON_CODE),
        element('cbc:AllowanceChargeReason', reason),
        amount('cbc:Amount', amountMinor, currency),
      ]),
    ),
    element('cac:Item', [
      text('cbc:Name', line.title),
      element('cac:SellersItemIdentification', [text('cbc:ID', line.sku)]),
      commodity(line.commodityCode),
      taxCategoryElement('cac:ClassifiedTaxCategory', categoryOf(line), scheme),
    ]),
    element('cac:Price', [
      amount('cbc:PriceAmount', line.grossMinor, currency),
      element('cbc:BaseQuantity', quantity, { unitCode: UNIT_CODE }),
    ]),
  ]);
}

function commodity(code: string | null): Element | undefined {
  if (code === null) return undefined;
  return element('cac:CommodityClassification', [
    element('cbc:ItemClassificationCode', code, { listID: HARMONISED_SYSTEM }),
  ]);
}

/** What is charged on, or allowed from, the document as a whole. */
export function chargeElement(charge: TradeCharge, { currency, scheme, categoryOf }: DocumentTerms): Element {
  const isCharge = charge.netMinor >= 0;
  return element('cac:AllowanceCharge', [
    element('cbc:ChargeIndicator', String(isCharge)),
    isCharge && charge.isOutsideTax !== true
      ? element('cbc:AllowanceChargeReasonCode', FREIGHT_REASON_CODE)
      : undefined,
    text('cbc:AllowanceChargeReason', charge.reason),
    amount('cbc:Amount', Math.abs(charge.netMinor), currency),
    taxCategoryElement('cac:TaxCategory', categoryOf(charge), scheme),
  ]);
}
