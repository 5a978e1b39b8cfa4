import { amount } from './amounts.ts';
import { chargeElement, lineElement, type DocumentTerms } from './document-lines.ts';
import { buyerParty, deliveryElement, sellerParty } from './party.ts';
import { taxCategoriesOf, taxSchemeOf } from './tax-category.ts';
import { taxMinorOf, taxTotal } from './tax-total.ts';
import type { TradeDocument } from './trade-document.ts';
import { element, optional, text, xmlOf, type Element } from './xml.ts';

const CUSTOMIZATION = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0';
const PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0';
const NAMESPACE = 'urn:oasis:names:specification:ubl:schema:xsd';

/** What differs between the two documents of UBL; codes by UNTDID 1001. */
const FORMS = {
  invoice: { root: 'Invoice', typeName: 'cbc:InvoiceTypeCode', typeCode: '380' },
  credit_note: { root: 'CreditNote', typeName: 'cbc:CreditNoteTypeCode', typeCode: '381' },
} as const;

/**
 * A UBL 2.1 Invoice or CreditNote in the shape of PEPPOL BIS Billing 3.0. Elements stand in the order of UBL's schema.
 * What PEPPOL's network asks for beyond that (addresses of both parties there, the buyer's country) is in it as far as
 * the order says it.
 */
export function ublOf(document: TradeDocument): string {
  const { root, typeName, typeCode } = FORMS[document.kind];
  const { currency } = document;
  const scheme = taxSchemeOf(document);
  const terms: DocumentTerms = { kind: document.kind, currency, scheme, categoryOf: taxCategoriesOf(document) };
  const content = [
    element('cbc:CustomizationID', CUSTOMIZATION),
    element('cbc:ProfileID', PROFILE),
    element('cbc:ID', document.number),
    element('cbc:IssueDate', document.issuedOn),
    element(typeName, typeCode),
    optional('cbc:Note', document.note),
    element('cbc:DocumentCurrencyCode', currency),
    element('cac:OrderReference', [text('cbc:ID', document.orderNumber)]),
    billingReference(document),
    element('cac:AccountingSupplierParty', [sellerParty(document.seller, scheme)]),
    element('cac:AccountingCustomerParty', [buyerParty(document.buyer, scheme)]),
    document.deliverTo === null ? undefined : deliveryElement(document.deliverTo),
    ...document.charges.map((charge) => chargeElement(charge, terms)),
    taxTotal(document),
    monetaryTotal(document),
    ...document.lines.map((line) => lineElement(line, terms)),
  ];
  return xmlOf(
    element(root, content, {
      xmlns: `${NAMESPACE}:${root}-2`,
      'xmlns:cac': `${NAMESPACE}:CommonAggregateComponents-2`,
      'xmlns:cbc': `${NAMESPACE}:CommonBasicComponents-2`,
    }),
  );
}

function billingReference({ invoice }: TradeDocument): Element | undefined {
  if (invoice === null) return undefined;
  const reference = [element('cbc:ID', invoice.number), element('cbc:IssueDate', invoice.issuedOn)];
  return element('cac:BillingReference', [element('cac:InvoiceDocumentReference', reference)]);
}

/** BG-22, by BR-CO-10 to BR-CO-16. */
function monetaryTotal(document: TradeDocument): Element {
  const { currency, lines, charges, roundingMinor, prepaidMinor } = document;
  const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0);
  const linesMinor = sum(lines.map(({ netMinor }) => netMinor));
  const chargesMinor = sum(charges.map(({ netMinor }) => Math.max(netMinor, 0)));
  const allowancesMinor = sum(charges.map(({ netMinor }) => Math.max(-netMinor, 0)));
  const exclusiveMinor = linesMinor - allowancesMinor + chargesMinor;
  const inclusiveMinor = exclusiveMinor + taxMinorOf(document);
  const unlessZero = (name: string, amountMinor: number) =>
    amountMinor === 0 ? undefined : amount(name, amountMinor, currency);
  return element('cac:LegalMonetaryTotal', [
    amount('cbc:LineExtensionAmount', linesMinor, currency),
    amount('cbc:TaxExclusiveAmount', exclusiveMinor, currency),
    amount('cbc:TaxInclusiveAmount', inclusiveMinor, currency),
    unlessZero('cbc:AllowanceTotalAmount', allowancesMinor),
    unlessZero('cbc:ChargeTotalAmount', chargesMinor),
    unlessZero('cbc:PrepaidAmount', prepaidMinor),
    unlessZero('cbc:PayableRoundingAmount', roundingMinor),
    amount('cbc:PayableAmount', inclusiveMinor - prepaidMinor + roundingMinor, currency),
  ]);
}
