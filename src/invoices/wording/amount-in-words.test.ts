import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountInWords } from './amount-in-words.ts';
import { exponentOf } from './money-format.ts';

const CURRENCIES = ['AED', 'AUD', 'CAD', 'EUR', 'GBP', 'INR', 'JPY', 'KWD', 'SGD', 'USD', 'CHF', 'KRW'] as const;

describe('an amount in words', () => {
  test.each([
    [0, 'INR', 'Zero rupees only'],
    [1, 'INR', 'Zero rupees and one paisa only'],
    [1_00, 'INR', 'One rupee only'],
    [1_23_456_05, 'INR', 'One lakh twenty-three thousand four hundred fifty-six rupees and five paise only'],
    [12_34_56_789_00, 'INR', 'Twelve crore thirty-four lakh fifty-six thousand seven hundred eighty-nine rupees only'],
    [1_00_00_000_00, 'INR', 'One crore rupees only'],
    [1_00_000_00, 'GBP', 'One hundred thousand pounds only'],
    [101, 'GBP', 'One pound and one penny only'],
    [1_000_000_010, 'USD', 'Ten million dollars and ten cents only'],
    [1_019, 'JPY', 'One thousand nineteen yen only'],
    [1_001, 'KWD', 'One dinar and one fils only'],
    [2_015, 'KWD', 'Two dinars and fifteen fils only'],
    [40_00, 'EUR', 'Forty euros only'],
    [105, 'CHF', 'One CHF and 5/100 only'],
    [
      Number.MAX_SAFE_INTEGER,
      'INR',
      'Ninety lakh seven thousand one hundred ninety-nine crore twenty-five lakh forty-seven thousand four hundred nine rupees and ninety-one paise only',
    ],
    [
      Number.MAX_SAFE_INTEGER,
      'JPY',
      'Nine quadrillion seven trillion one hundred ninety-nine billion two hundred fifty-four million seven hundred forty thousand nine hundred ninety-one yen only',
    ],
  ])('%i of %s: %s', (amountMinor, currency, expected) => {
    expect(amountInWords(amountMinor, currency)).toBe(expected);
  });

  test('reads back as the same amount, for any amount and currency', () => {
    const wide = fc
      .integer({ min: 0, max: 53 })
      .chain((bits) => fc.nat({ max: Math.min(2 ** bits, Number.MAX_SAFE_INTEGER) }));
    fc.assert(
      fc.property(wide, fc.constantFrom(...CURRENCIES), (amountMinor, currency) => {
        expect(readBack(amountInWords(amountMinor, currency), currency)).toBe(BigInt(amountMinor));
      }),
      { numRuns: 1_000 },
    );
  });
});

const NUMBERS = new Map<string, bigint>([
  ...'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value): [string, bigint] => [word, BigInt(value)]),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, index): [string, bigint] => [word, BigInt(20 + index * 10)]),
]);
const POWERS = new Map<string, bigint>([
  ['hundred', 10n ** 2n],
  ['thousand', 10n ** 3n],
  ['lakh', 10n ** 5n],
  ['million', 10n ** 6n],
  ['crore', 10n ** 7n],
  ['billion', 10n ** 9n],
  ['trillion', 10n ** 12n],
  ['quadrillion', 10n ** 15n],
]);

/** Minor units, read from the words as a person would: a power multiplies what is smaller and stands before it. */
function readBack(sentence: string, currency: string): bigint {
  const [major = '', minor = ''] = sentence
    .toLowerCase()
    .replace(/ only$/, '')
    .split(' and ');
  const perUnit = 10n ** BigInt(exponentOf(currency));
  const fraction = /^(\d+)\/(\d+)$/.exec(minor);
  if (fraction) expect(fraction[2]).toBe(String(perUnit));
  return valueOf(major) * perUnit + (fraction ? BigInt(fraction[1] ?? '') : valueOf(minor));
}

function valueOf(words: string): bigint {
  const parts: bigint[] = [];
  for (const word of words.split(/[ -]/)) {
    const power = POWERS.get(word);
    const number = NUMBERS.get(word);
    if (number !== undefined) parts.push(number);
    if (power === undefined) continue;
    let before = 0n;
    for (let last = parts.at(-1); last !== undefined && last < power; last = parts.at(-1)) {
      before += last;
      parts.pop();
    }
    parts.push(before * power);
  }
  return parts.reduce((sum, part) => sum + part, 0n);
}
