import type { InvoiceSeller, InvoiceSellerInPlace, PaperFacts, PartiesOnPaper } from '../../domain/papers/invoice.ts';
import type { Party as PartyFacts } from '../../domain/orders/party.ts';
import type { Issuer, Party } from '../pages/paper.ts';
import { addressOf, regionName, taxIdName } from './places.ts';

type Shown = (text: string) => string;

/** Who issues the paper and how they are found: what is not known is left out. */
export function issuerOf(seller: InvoiceSeller, nameOfTaxId: string, shown: Shown): Issuer {
  const { name, addressLines, taxId, email, phone } = seller;
  const contact = [
    ...addressLines,
    ...(taxId === null ? [] : [`${nameOfTaxId}: ${taxId}`]),
    ...[email, phone].filter((entry) => entry !== null),
  ];
  return { name: shown(name), contact: contact.map(shown) };
}

/** The seller with the state that decides on the tax, after the address. */
export function issuerInPlace(seller: InvoiceSellerInPlace, shown: Shown): Issuer {
  const { region, countryCode, addressLines } = seller;
  const state = region === null ? [] : [`State: ${regionName(region, countryCode)}`];
  return issuerOf({ ...seller, addressLines: [...addressLines, ...state] }, taxIdName(countryCode), shown);
}

/** Who is billed and, where that is somebody else or somewhere else, who gets the goods. */
export function partiesOf({ customer, billTo, shipTo }: PaperFacts & PartiesOnPaper, shown: Shown): Party[] {
  const email = customer.email === null ? [] : [customer.email];
  const billed =
    billTo === null
      ? { heading: 'Bill to', name: customer.id, lines: email }
      : { heading: 'Bill to', name: billTo.name, lines: [...linesOf(billTo), ...email] };
  const parties =
    shipTo === null ? [billed] : [billed, { heading: 'Ship to', name: shipTo.name, lines: linesOf(shipTo) }];
  return parties.map(({ heading, name, lines }) => ({ heading, name: shown(name), lines: lines.map(shown) }));
}

function linesOf(party: PartyFacts): string[] {
  const taxId = party.taxId === null ? [] : [`${taxIdName(party.countryCode)}: ${party.taxId}`];
  return [...addressOf(party), ...taxId];
}
