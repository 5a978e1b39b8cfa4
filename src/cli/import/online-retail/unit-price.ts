export interface UnitPrice {
  readonly isNegative: boolean;
  /** Pence, signed; null when the price is not a whole number of them. */
  readonly minor: number | null;
}

/** Twelve digits of pounds are still exact as pence in a double. */
const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,20}))?$/;

/** Pounds as decimal text, to pence without a float in between; undefined when the text is no decimal number. */
export function parsePounds(text: string): UnitPrice | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = '', pounds = '', fraction = ''] = match;
  const pence = Number(pounds) * 100 + Number(fraction.slice(0, 2).padEnd(2, '0'));
  const isWhole = /^0*$/.test(fraction.slice(2));
  const isNegative = sign === '-' && (pence > 0 || !isWhole);
  return { isNegative, minor: isWhole ? (isNegative ? -pence : pence) : null };
}
