import { exponentOf } from './money-format.ts';

const SMALL = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
] as const;
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'] as const;

interface Scale {
  readonly value: bigint;
  readonly name: string;
}

const INDIAN_SCALES: readonly Scale[] = [
  { value: 10_000_000n, name: 'crore' },
  { value: 100_000n, name: 'lakh' },
  { value: 1_000n, name: 'thousand' },
];
const WESTERN_SCALES: readonly Scale[] = [
  { value: 1_000_000_000_000_000n, name: 'quadrillion' },
  { value: 1_000_000_000_000n, name: 'trillion' },
  { value: 1_000_000_000n, name: 'billion' },
  { value: 1_000_000n, name: 'million' },
  { value: 1_000n, name: 'thousand' },
];

interface UnitNames {
  readonly one: string;
  readonly many: string;
  /** Of the minor unit; undefined where there is none. */
  readonly minorOne?: string;
  readonly minorMany?: string;
}

const UNIT_NAMES: Readonly<Record<string, UnitNames>> = {
  AED: { one: 'dirham', many: 'dirhams', minorOne: 'fils', minorMany: 'fils' },
  AUD: { one: 'Australian dollar', many: 'Australian dollars', minorOne: 'cent', minorMany: 'cents' },
  CAD: { one: 'Canadian dollar', many: 'Canadian dollars', minorOne: 'cent', minorMany: 'cents' },
  EUR: { one: 'euro', many: 'euros', minorOne: 'cent', minorMany: 'cents' },
  GBP: { one: 'pound', many: 'pounds', minorOne: 'penny', minorMany: 'pence' },
  INR: { one: 'rupee', many: 'rupees', minorOne: 'paisa', minorMany: 'paise' },
  JPY: { one: 'yen', many: 'yen' },
  KWD: { one: 'dinar', many: 'dinars', minorOne: 'fils', minorMany: 'fils' },
  SGD: { one: 'Singapore dollar', many: 'Singapore dollars', minorOne: 'cent', minorMany: 'cents' },
  USD: { one: 'dollar', many: 'dollars', minorOne: 'cent', minorMany: 'cents' },
};

/**
 * An amount in English words, as an invoice spells it out: `One lakh twenty-three thousand rupees and five paise only`.
 * Rupees are counted in lakh and crore.
 *
 * @param amountMinor zero or more whole minor units
 */
export function amountInWords(amountMinor: number, currency: string): string {
  const perUnit = 10n ** BigInt(exponentOf(currency));
  const whole = BigInt(amountMinor) / perUnit;
  const part = BigInt(amountMinor) % perUnit;
  const scales = currency === 'INR' ? INDIAN_SCALES : WESTERN_SCALES;
  const names = UNIT_NAMES[currency] ?? { one: currency, many: currency };
  const parts = [`${words(whole, scales)} ${whole === 1n ? names.one : names.many}`];
  if (part > 0n) parts.push(minorPart(part, perUnit, scales, names));
  const sentence = `${parts.join(' and ')} only`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** A currency whose minor unit has no name here is told as a fraction: `and 5/100`. */
function minorPart(part: bigint, perUnit: bigint, scales: readonly Scale[], names: UnitNames): string {
  const name = part === 1n ? names.minorOne : names.minorMany;
  return name === undefined ? `${part}/${perUnit}` : `${words(part, scales)} ${name}`;
}

/** A whole number of any size in words. */
export function words(value: bigint, scales: readonly Scale[]): string {
  if (value < 20n) return SMALL[Number(value)] ?? '';
  if (value < 100n) {
    const unit = value % 10n;
    return `${TENS[Number(value / 10n)] ?? ''}${unit > 0n ? `-${SMALL[Number(unit)] ?? ''}` : ''}`;
  }
  if (value < 1_000n) return joined(`${words(value / 100n, scales)} hundred`, value % 100n, scales);
  const scale = scales.find((each) => value >= each.value);
  if (!scale) throw new RangeError(`no scale for ${value}`);
  return joined(`${words(value / scale.value, scales)} ${scale.name}`, value % scale.value, scales);
}

function joined(head: string, rest: bigint, scales: readonly Scale[]): string {
  return rest > 0n ? `${head} ${words(rest, scales)}` : head;
}
