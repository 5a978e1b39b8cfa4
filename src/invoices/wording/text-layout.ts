import { readAs } from './direction.ts';

export interface Style {
  readonly size: number;
  readonly bold: boolean;
}

/** What the layout has to know of a font. */
export interface Typeface {
  /** The width of a text in points. */
  widthOf(text: string, style: Style): number;
  /** Whether the font can show the character. */
  hasGlyph(codePoint: number): boolean;
}

/** Controls, half surrogates, and what is never seen itself: joiners, and marks that turn the direction of others. */
const NEVER_PRINTED = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const PLAIN = /^[\x21-\x7E]+(?: [\x21-\x7E]+)*$/;
const WITHOUT_GLYPH = '\u25A1';

/** Text as it is printed: on one line, without what could disturb the paper, a box for what the font cannot show. */
export function printable(text: string, typeface: Typeface): string {
  // Nearly all texts, and the rest of this function is slow.
  if (PLAIN.test(text)) return text;
  return Array.from(clean(text), (character) => shownCharacter(character, typeface) ?? WITHOUT_GLYPH).join('');
}

/** Whether `printable` loses none of the text to boxes. */
export function isPrintable(text: string, typeface: Typeface): boolean {
  return Array.from(clean(text)).every((character) => shownCharacter(character, typeface) !== undefined);
}

function clean(text: string): string {
  return text.replace(/\s/gu, ' ').replace(NEVER_PRINTED, '').replace(/ +/g, ' ').trim();
}

/** A character that only its plain twin has a glyph for, as the full-width yen sign, is shown as that. */
function shownCharacter(character: string, typeface: Typeface): string | undefined {
  return [character, character.normalize('NFKC')].find((form) =>
    Array.from(form).every((each) => typeface.hasGlyph(each.codePointAt(0) ?? 0)),
  );
}

/**
 * Breaks printable text into lines no wider than `width` points, between words where there are any and inside a word
 * that is wider than a line. What is past `maxLines` is cut off with an ellipsis.
 */
export function wrap(
  text: string,
  width: number,
  style: Style,
  typeface: Typeface,
  maxLines: number,
): readonly string[] {
  const fits = (line: string) => typeface.widthOf(line, style) <= width;
  if (fits(text)) return [text];
  const lines: string[] = [];
  let line = '';
  const endLine = () => {
    if (line) lines.push(line);
    line = '';
  };
  for (const word of text.split(' ')) {
    if (fits(line ? `${line} ${word}` : word)) {
      line = line ? `${line} ${word}` : word;
      continue;
    }
    endLine();
    for (const character of word) {
      if (line && !fits(line + character)) endLine();
      line += character;
    }
    if (lines.length > maxLines) break;
  }
  endLine();
  return readAs(text, cutOff(lines, width, style, typeface, maxLines));
}

/** Lines no wider than `width` points; what is past `maxLines` of them is cut off with an ellipsis. */
export function cutOff(
  lines: readonly string[],
  width: number,
  style: Style,
  typeface: Typeface,
  maxLines: number,
): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const fits = (line: string) => typeface.widthOf(line, style) <= width;
  return [...lines.slice(0, maxLines - 1), withEllipsis(lines[maxLines - 1] ?? '', fits)];
}

function withEllipsis(line: string, fits: (line: string) => boolean): string {
  const characters = Array.from(line.replace(/…$/, ''));
  while (characters.length > 0 && !fits(`${characters.join('')}…`)) characters.pop();
  return `${characters.join('')}…`;
}

/** The style, made smaller where the text would be wider than `width`: an amount must never break over two lines. */
export function fitted(text: string, width: number, style: Style, typeface: Typeface): Style {
  const actual = typeface.widthOf(text, style);
  return actual <= width ? style : { ...style, size: (style.size * width) / actual };
}
