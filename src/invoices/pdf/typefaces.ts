import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';
import { subsetsOf } from './glyph-subset.ts';
import { hasRightToLeft, runsOf } from '../wording/direction.ts';
import type { Style, Typeface } from '../wording/text-layout.ts';

/** DejaVu Sans: free to embed, and it has the rupee sign. */
const FILES = { regular: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf', bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf' };

/**
 * Letters, digits and signs that stand one by one, left to right. Others, as Arabic or an accent apart from its letter,
 * have to be shaped.
 */
const ONE_BY_ONE = /^[\u0020-\u02FF\u0370-\u0482\u048A-\u0587\u2010-\u2027\u2030-\u205E\u20A0-\u20BF\u2100-\u2BFF]*$/;

/** What pdfkit asks of a laid out text. */
type GlyphRun = Pick<ReturnType<Font['layout']>, 'positions' | 'advanceWidth'> & {
  readonly glyphs: readonly Glyph[];
};

interface Glyph {
  readonly id: number;
  readonly advanceWidth: number;
  readonly codePoints: readonly number[];
}

export interface DocumentFonts {
  readonly regular: Font;
  readonly bold: Font;
}

export interface InvoiceFonts extends Typeface {
  /** For one document: what one document holds has no influence on the bytes of the next. */
  forDocument(): DocumentFonts;
}

let fonts: InvoiceFonts | undefined;

/** The fonts of the invoices, read and parsed once a thread: that takes longer than drawing a page. */
export function invoiceFonts(): InvoiceFonts {
  return (fonts ??= openFonts());
}

function openFonts(): InvoiceFonts {
  const regular = openFace(FILES.regular);
  const bold = openFace(FILES.bold);
  return {
    widthOf: (text, { size, bold: isBold }: Style) => (isBold ? bold : regular).widthOf(text) * size,
    hasGlyph: (codePoint) => regular.font.hasGlyphForCodePoint(codePoint) && bold.font.hasGlyphForCodePoint(codePoint),
    forDocument: () => ({ regular: regular.forDocument(), bold: bold.forDocument() }),
  };
}

interface Face {
  readonly font: Font;
  /** In em. */
  widthOf(text: string): number;
  forDocument(): Font;
}

function openFace(file: string): Face {
  const bytes = readFileSync(createRequire(import.meta.url).resolve(file));
  const font = parse(bytes, file);
  const createSubset = subsetsOf(bytes);
  const glyphs = new Map<string, Glyph>();
  const glyphOf = (character: string): Glyph => {
    let glyph = glyphs.get(character);
    if (!glyph) {
      const codePoint = character.codePointAt(0) ?? 0;
      const { id, advanceWidth } = font.glyphForCodePoint(codePoint);
      glyph = { id, advanceWidth, codePoints: [codePoint] };
      glyphs.set(character, glyph);
    }
    return glyph;
  };
  return {
    font,
    widthOf: (text) => {
      let width = 0;
      for (const character of text) width += glyphOf(character).advanceWidth;
      return width / font.unitsPerEm;
    },
    forDocument: () => {
      let shaper: Font | undefined;
      const layout = (text: string): GlyphRun => {
        if (ONE_BY_ONE.test(text)) return oneByOne(text, glyphOf);
        // A font remembers which character it first drew a glyph for, so each document shapes with its own.
        shaper ??= parse(bytes, file);
        return hasRightToLeft(text) ? shapedLine(text, shaper, glyphOf) : shapedWord(text, shaper, glyphOf);
      };
      return Object.create(font, { layout: { value: layout }, createSubset: { value: createSubset } }) as Font;
    },
  };
}

function parse(bytes: Buffer, file: string): Font {
  const font = create(bytes);
  if (!('layout' in font)) throw new TypeError(`${file} holds several fonts`);
  return font;
}

/** Each character as wide as it was measured, so that what is right-aligned ends where it should; and quickly. */
function oneByOne(text: string, glyphOf: (character: string) => Glyph): GlyphRun {
  const glyphs = Array.from(text, glyphOf);
  // New positions each time, because pdfkit scales them in place.
  const positions = glyphs.map(({ advanceWidth }) => ({ xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 }));
  return { glyphs, positions, advanceWidth: glyphs.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0) };
}

/** pdfkit lays out word by word, each with the space after it, which is as wide as it was measured. */
function shapedWord(text: string, shaper: Font, glyphOf: (character: string) => Glyph): GlyphRun {
  const word = text.trimEnd();
  return sideBySide([shaper.layout(word), oneByOne(text.slice(word.length), glyphOf)]);
}

/** A line that is read from the right, all of it or in part. Each word is shaped by itself, in its own script. */
function shapedLine(line: string, shaper: Font, glyphOf: (character: string) => Glyph): GlyphRun {
  const words = runsOf(line).flatMap(({ text, isRightToLeft }) => {
    const shaped = text.split(/(?<= )|(?= )/).map((word) => {
      if (!isRightToLeft && ONE_BY_ONE.test(word)) return oneByOne(word, glyphOf);
      return shaper.layout(word, [], undefined, undefined, isRightToLeft ? 'rtl' : 'ltr');
    });
    return isRightToLeft ? shaped.reverse() : shaped;
  });
  return sideBySide(words);
}

function sideBySide(runs: readonly GlyphRun[]): GlyphRun {
  return {
    glyphs: runs.flatMap(({ glyphs }) => glyphs),
    positions: runs.flatMap(({ positions }) => positions),
    advanceWidth: runs.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0),
  };
}
