/** A person or firm as an invoice names it. Everything here is personal data: it is stored in one column a party. */
export interface Party {
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly city: string | null;
  readonly postalCode: string | null;
  /** State or province, by code or name. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
  /** GSTIN, VAT number. */
  readonly taxId: string | null;
}
