import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCreditNote, anyInvoice } from '../example-documents.ts';
import type { DocumentSnapshot } from '../papers/paper-of.ts';
import { exponentOf } from '../wording/money-format.ts';
import { eInvoiceXml } from './e-invoice.ts';
import { at, readXml, textAt } from './reading.ts';
import type { Element } from './xml.ts';

const anyDocument: fc.Arbitrary<DocumentSnapshot> = fc.oneof(anyInvoice, anyCreditNote);
const ROOT = 'cac:LegalMonetaryTotal';

/** A document read back, its amounts in minor units. */
function read(snapshot: DocumentSnapshot) {
  const root = readXml(eInvoiceXml(snapshot));
  const minor = (parent: Element, path: string) => {
    const [whole = '0', part = ''] = (textAt(parent, path) ?? '0').split('.');
    return Number(`${whole}${part.padEnd(exponentOf(snapshot.currency), '0')}`);
  };
  const total = (name: string) => minor(root, `${ROOT}/cbc:${name}`);
  const lines = [...at(root, 'cac:InvoiceLine'), ...at(root, 'cac:CreditNoteLine')];
  const charged = (isCharge: boolean, parent = root) =>
    sum(
      at(parent, 'cac:AllowanceCharge')
        .filter((each) => textAt(each, 'cbc:ChargeIndicator') === String(isCharge))
        .map((each) => minor(each, 'cbc:Amount')),
    );
  return { root, minor, total, lines, charged };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, each) => total + each, 0);
}

function holds(name: string, check: (document: ReturnType<typeof read>, snapshot: DocumentSnapshot) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(anyDocument, (snapshot) => {
        check(read(snapshot), snapshot);
      }),
    );
  });
}

describe('the sums of any invoice or credit note, by the rules of EN 16931', () => {
  holds('BR-CO-10: the sum of the lines is that of their net amounts', ({ lines, minor, total }) => {
    expect(total('LineExtensionAmount')).toBe(sum(lines.map((line) => minor(line, 'cbc:LineExtensionAmount'))));
  });

  holds('BR-CO-11 and 12: allowances and charges of the document are those in it', ({ total, charged }) => {
    expect(total('AllowanceTotalAmount')).toBe(charged(false));
    expect(total('ChargeTotalAmount')).toBe(charged(true));
  });

  holds('BR-CO-13: the total without tax is lines less allowances plus charges', ({ total, charged }) => {
    expect(total('TaxExclusiveAmount')).toBe(total('LineExtensionAmount') - charged(false) + charged(true));
  });

  holds('BR-CO-14: the tax is the sum of its breakdown', ({ root, minor }) => {
    const breakdown = at(root, 'cac:TaxTotal/cac:TaxSubtotal').map((each) => minor(each, 'cbc:TaxAmount'));
    expect(minor(root, 'cac:TaxTotal/cbc:TaxAmount')).toBe(sum(breakdown));
  });

  holds('BR-CO-15: the total with tax is that without it and the tax', ({ root, minor, total }) => {
    expect(total('TaxInclusiveAmount')).toBe(total('TaxExclusiveAmount') + minor(root, 'cac:TaxTotal/cbc:TaxAmount'));
  });

  holds('BR-CO-16: what is due is the total less what is paid, rounded', ({ total }, snapshot) => {
    const due = total('TaxInclusiveAmount') - total('PrepaidAmount') + total('PayableRoundingAmount');
    expect(total('PayableAmount')).toBe(due);
    expect(due + total('PrepaidAmount')).toBe(snapshot.totalMinor);
    expect(due).toBe('invoice' in snapshot ? snapshot.totalMinor : 0);
  });

  holds(
    'BR-CO-17: each tax is its rate of what it is on, but for the rounding of each part',
    ({ root, minor, lines }) => {
      const parts = lines.length + at(root, 'cac:AllowanceCharge').length;
      // Tax is rounded line by line and component by component, each half a minor unit off at most: three components.
      const tolerance = parts * 3;
      for (const each of at(root, 'cac:TaxTotal/cac:TaxSubtotal')) {
        const percent = Number(textAt(each, 'cac:TaxCategory/cbc:Percent') ?? 0);
        const exact = (minor(each, 'cbc:TaxableAmount') * percent) / 100;
        expect(Math.abs(minor(each, 'cbc:TaxAmount') - exact)).toBeLessThanOrEqual(tolerance);
      }
    },
  );

  holds(
    'BR-S-08 and its like: each breakdown is on the lines, charges and allowances of its rate',
    ({ root, minor, lines }) => {
      const categoryOf = (parent: Element, path: string) =>
        `${textAt(parent, `${path}/cbc:ID`)} ${textAt(parent, `${path}/cbc:Percent`)}`;
      const amounts = new Map<string, number>();
      const count = (key: string, amountMinor: number) => amounts.set(key, (amounts.get(key) ?? 0) + amountMinor);
      for (const line of lines) {
        count(categoryOf(line, 'cac:Item/cac:ClassifiedTaxCategory'), minor(line, 'cbc:LineExtensionAmount'));
      }
      for (const each of at(root, 'cac:AllowanceCharge')) {
        const sign = textAt(each, 'cbc:ChargeIndicator') === 'true' ? 1 : -1;
        count(categoryOf(each, 'cac:TaxCategory'), sign * minor(each, 'cbc:Amount'));
      }
      const breakdown = at(root, 'cac:TaxTotal/cac:TaxSubtotal').map(
        (each) => [categoryOf(each, 'cac:TaxCategory'), minor(each, 'cbc:TaxableAmount')] as const,
      );
      expect(new Map(breakdown)).toEqual(amounts);
      expect(breakdown).toHaveLength(amounts.size);
    },
  );

  holds(
    'PEPPOL-EN16931-R120: a line is its quantity at its price, less its allowances',
    ({ lines, minor, charged }) => {
      for (const line of lines) {
        const quantity = textAt(line, 'cbc:InvoicedQuantity') ?? textAt(line, 'cbc:CreditedQuantity');
        expect(textAt(line, 'cac:Price/cbc:BaseQuantity')).toBe(quantity);
        expect(minor(line, 'cbc:LineExtensionAmount')).toBe(
          minor(line, 'cac:Price/cbc:PriceAmount') - charged(false, line),
        );
      }
    },
  );
});
