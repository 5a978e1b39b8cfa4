import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MONOSPACED } from '../sample-snapshot.ts';
import { fitted, isPrintable, printable, wrap } from './text-layout.ts';

const STYLE = { size: 10, bold: false };
/** Of MONOSPACED, whose characters are 6 points wide at size 10. */
const characters = (count: number): number => count * 6;
const wrapped = (text: string, width: number, maxLines = 100) =>
  wrap(text, characters(width), STYLE, MONOSPACED, maxLines);

describe('printable text', () => {
  test.each([
    ['plain text, as it is', '<script>alert(1)</script> & 50 %', '<script>alert(1)</script> & 50 %'],
    ['on one line, with single spaces', ' a\r\n\tb\u00a0\u2028 c ', 'a b c'],
    ['without controls and NUL', 'a\u0000b\u0007\u001b[31mc\u0085', 'ab[31mc'],
    ['without marks that turn the direction', '\u202Eexe.gpj\u202C \u2066x\u2069\u200F', 'exe.gpj x'],
    ['without invisible letters', 'in\u00ADvis\u200Bible\uFEFF \u{E0041}', 'invisible'],
    ['with a box for half a surrogate pair left out', 'a\uD800b', 'ab'],
    ['with a box for each character that the font lacks', '你好 🎁', '□□ □'],
    ['with the plain twin of a character where the font has that alone', '\uFFE5100 \uFB01', '¥100 fi'],
  ])('is %s', (_what, text, expected) => {
    expect(printable(text, MONOSPACED)).toBe(expected);
  });

  test('holds nothing that the font lacks, whatever came in, and printing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const shown = printable(text, MONOSPACED);
        expect(Array.from(shown).every((each) => MONOSPACED.hasGlyph(each.codePointAt(0) ?? 0))).toBe(true);
        expect(shown).not.toMatch(/\p{Cc}|\s\s|^\s|\s$/u);
        expect(printable(shown, MONOSPACED)).toBe(shown);
      }),
    );
  });

  test('is told from text that would lose something', () => {
    expect(isPrintable('₹1,234', MONOSPACED)).toBe(true);
    expect(isPrintable('৳1,234', MONOSPACED)).toBe(false);
  });
});

describe('wrapping', () => {
  test.each([
    ['between words', 'one two three four', 9, ['one two', 'three', 'four']],
    ['inside a word wider than a line', 'to abcdefghij', 4, ['to', 'abcd', 'efgh', 'ij']],
    ['after the rest of a broken word, where the next fits beside it', 'abcdef gh', 5, ['abcde', 'f gh']],
    ['not at all where it fits', 'fits', 4, ['fits']],
  ])('breaks %s', (_where, text, width, expected) => {
    expect(wrapped(text, width)).toEqual(expected);
  });

  test('cuts off what is past the last line with an ellipsis that fits too', () => {
    expect(wrapped('one two three four', 5, 2)).toEqual(['one', 'two…']);
    expect(wrapped('abcdefghijkl', 4, 2)).toEqual(['abcd', 'efg…']);
  });

  test('keeps every character in order and every line within the width', () => {
    const text = fc.string({ maxLength: 300 }).map((each) => printable(each, MONOSPACED));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (each, width) => {
        const lines = wrapped(each, width, 400);
        expect(lines.join('').replaceAll(' ', '')).toBe(each.replaceAll(' ', ''));
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test('a text is made smaller until it fits, and never larger', () => {
  expect(fitted('12345', characters(5), STYLE, MONOSPACED)).toEqual(STYLE);
  expect(fitted('1234567890', characters(5), STYLE, MONOSPACED)).toEqual({ size: 5, bold: false });
});
