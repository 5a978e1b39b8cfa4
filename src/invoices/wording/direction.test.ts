import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasRightToLeft, readAs, runsOf } from './direction.ts';

/** From the left, what is read from the right in angle brackets. */
const onPaper = (line: string): string =>
  runsOf(line)
    .map(({ text, isRightToLeft }) => (isRightToLeft ? `<${text}>` : text))
    .join('|');

describe('a line as it stands on paper', () => {
  test.each([
    ['is one run where all is read from the right', 'שלום עולם', '<שלום עולם>'],
    ['begins at the right where its first letter is read from there', 'قميص أزرق XL قطن', '< قطن>|XL|<قميص أزرق >'],
    ['begins at the left where its first letter is read from there', 'Reason: שלום עולם', 'Reason: |<שלום עולם>'],
    ['has numbers as they are', 'قميص 42 لون', '< لون>|42|<قميص >'],
    ['mirrors brackets that are read from the right', 'שלום (עולם)', '<שלום )עולם(>'],
    ['mirrors those around a word of the other direction', 'שלום (XL)', '<(>|XL|<שלום )>'],
    ['keeps a sign to its number', '-1,234.50 ج.م.', '< ج.م.>|-1,234.50'],
    ['leaves a hyphen in a word', 'שלום a-5', 'a-5|<שלום >'],
    ['leaves what is read from the left alone', 'plain (text) -5', 'plain (text) -5'],
  ])('%s', (_how, line, expected) => {
    expect(onPaper(line)).toBe(expected);
  });

  test('has every character once, whatever the line', () => {
    const characters = fc.string({
      unit: fc.constantFrom('ا', 'ש', '٣', '7', 'a', ' ', '-', '(', ']', '\u0301', '🎁'),
    });
    fc.assert(
      fc.property(characters, (line) => {
        const sorted = (text: string) => Array.from(text.replace(/[()]/g, '|').replace(/[[\]]/g, '_')).sort();
        expect(
          sorted(
            runsOf(line)
              .map(({ text }) => text)
              .join(''),
          ),
        ).toEqual(sorted(line));
      }),
    );
  });
});

describe('lines of one text', () => {
  test('are read in its direction, whatever word each begins with', () => {
    const [first = '', second = ''] = readAs('قميص Nike Air مقاس', ['قميص', 'Nike Air مقاس']);
    expect(onPaper(first)).toBe('<قميص>');
    expect(onPaper(second)).toBe('< مقاس>|Nike Air');
    const [, last = ''] = readAs('Nike Air قميص XL', ['Nike Air', 'قميص XL']);
    expect(onPaper(last)).toBe('<قميص>| XL');
  });

  test('are as they were where nothing is read from the right', () => {
    const lines = ['1.', 'plain'];
    expect(readAs('1. plain', lines)).toBe(lines);
  });
});

test('what is read from the right is told from all else', () => {
  for (const text of ['ש', 'a ا', '\u200F1']) expect(hasRightToLeft(text)).toBe(true);
  for (const text of ['', '₹1,234.50', 'Ж Ω é', '\u200Ea', '你好 🎁']) expect(hasRightToLeft(text)).toBe(false);
});
