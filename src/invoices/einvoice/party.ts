import type { InvoiceSellerInPlace } from '../../domain/papers/invoice.ts';
import type { Party } from '../../domain/orders/party.ts';
import { taxSchemeElement } from './tax-category.ts';
import type { Buyer } from './trade-document.ts';
import { element, optional, text, type Element } from './xml.ts';

/** EAS code of an address that is an e-mail address. */
const EMAIL_SCHEME = 'EM';

/** A seller's or buyer's place as far as it is known. */
type Place = Pick<Party, 'addressLines' | 'city' | 'postalCode' | 'region' | 'countryCode'>;

export function sellerParty({ name, taxId, email, phone, ...place }: InvoiceSellerInPlace, scheme: string): Element {
  return element('cac:Party', [
    endpoint(email),
    partyName(name),
    addressElement('cac:PostalAddress', { ...place, city: null, postalCode: null }),
    taxRegistration(taxId, scheme),
    element('cac:PartyLegalEntity', [text('cbc:RegistrationName', name)]),
    contact(phone, email),
  ]);
}

export function buyerParty({ id, email, party }: Buyer, scheme: string): Element {
  const name = party?.name ?? id;
  return element('cac:Party', [
    endpoint(email),
    element('cac:PartyIdentification', [text('cbc:ID', id)]),
    partyName(name),
    addressElement('cac:PostalAddress', party ?? NOWHERE),
    taxRegistration(party?.taxId ?? null, scheme),
    element('cac:PartyLegalEntity', [text('cbc:RegistrationName', name)]),
    contact(null, email),
  ]);
}

export function deliveryElement(party: Party): Element {
  return element('cac:Delivery', [
    element('cac:DeliveryLocation', [addressElement('cac:Address', party)]),
    element('cac:DeliveryParty', [partyName(party.name)]),
  ]);
}

const NOWHERE: Place = { addressLines: [], city: null, postalCode: null, region: null, countryCode: null };

/** The first two lines of an address have elements of their own, the others are one more line. */
function addressElement(name: string, { addressLines, city, postalCode, region, countryCode }: Place): Element {
  const [street, additional, ...others] = addressLines;
  const rest = optional('cbc:Line', others.join(', '));
  const country = optional('cbc:IdentificationCode', countryCode);
  return element(name, [
    optional('cbc:StreetName', street),
    optional('cbc:AdditionalStreetName', additional),
    optional('cbc:CityName', city),
    optional('cbc:PostalZone', postalCode),
    optional('cbc:CountrySubentity', region),
    rest && element('cac:AddressLine', [rest]),
    country && element('cac:Country', [country]),
  ]);
}

function partyName(name: string): Element {
  return element('cac:PartyName', [text('cbc:Name', name)]);
}

function endpoint(email: string | null): Element | undefined {
  return email === null ? undefined : element('cbc:EndpointID', email, { schemeID: EMAIL_SCHEME });
}

function taxRegistration(taxId: string | null, scheme: string): Element | undefined {
  if (taxId === null) return undefined;
  return element('cac:PartyTaxScheme', [text('cbc:CompanyID', taxId), taxSchemeElement(scheme)]);
}

function contact(phone: string | null, email: string | null): Element | undefined {
  const entries = [optional('cbc:Telephone', phone), optional('cbc:ElectronicMail', email)];
  return entries.some((entry) => entry !== undefined) ? element('cac:Contact', entries) : undefined;
}
