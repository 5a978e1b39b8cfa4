import type { InvoiceSeller, InvoiceSellerInPlace, PaperFacts, PartiesOnPaper } from '../../domain/papers/invoice.ts';
import type { Party as PartyFacts } from '../../domain/orders/party.ts';
import type { Issuer, Party } from '../pages/paper.ts';
import { placeOf, regionName, taxIdName } from './places.ts';

type Shown = (text: string) => string;

/** Who issues the paper and how they are found: what is not known is left out. */
export function issuerOf(seller: InvoiceSeller, nameOfTaxId: string, shown: Shown): Issuer {
  const { name, addressLines, taxId, email, phone } = seller;
  const contact = [...taxIdLine(taxId, nameOfTaxId), ...[email, phone].filter((entry) => entry !== null)];
  return { name: shown(name), address: addressLines.map(shown), contact: contact.map(shown) };
}

/** The seller with the state that decides on the tax, after the address. */
export function issuerInPlace(seller: InvoiceSellerInPlace, shown: Shown): Issuer {
  const { region, countryCode } = seller;
  const state = region === null ? [] : [`State: ${regionName(region, countryCode)}`];
  const issuer = issuerOf(seller, taxIdName(countryCode), shown);
  return { ...issuer, contact: [...state.map(shown), ...issuer.contact] };
}

/** Who is billed and, where that is somebody else or somewhere else, who gets the goods. */
export function partiesOf({ customer, billTo, shipTo }: PaperFacts & PartiesOnPaper, shown: Shown): Party[] {
  const email = customer.email === null ? [] : [customer.email];
  const billed = billTo === null ? { name: customer.id, address: [], contact: email } : partyOf(billTo, email);
  const parties = [
    { heading: 'Bill to', ...billed },
    ...(shipTo === null ? [] : [{ heading: 'Ship to', ...partyOf(shipTo, []) }]),
  ];
  return parties.map(({ heading, name, address, contact }) => ({
    heading,
    name: shown(name),
    address: address.map(shown),
    contact: contact.map(shown),
  }));
}

function partyOf(party: PartyFacts, email: readonly string[]): Issuer {
  const { name, addressLines, taxId, countryCode } = party;
  return {
    name,
    address: addressLines,
    contact: [...placeOf(party), ...taxIdLine(taxId, taxIdName(countryCode)), ...email],
  };
}

function taxIdLine(taxId: string | null, name: string): string[] {
  return taxId === null ? [] : [`${name}: ${taxId}`];
}
