import bidiFactory from 'bidi-js';

/** Its types tell of a module with a default, but it is CommonJS, and the function itself. */
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();

/** What is read from the right, Hebrew and Arabic among it, and the mark that says so of what follows it. */
const FROM_THE_RIGHT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const MARKS = /[\u200E\u200F]/g;
const LEFT_TO_RIGHT_MARK = '\u200E';
const RIGHT_TO_LEFT_MARK = '\u200F';
/** Before a number: in a text that is read from the right it would stand after it. */
const SIGN = /(?<!\S)[-+\u2212](?=\d)/g;

/** Characters of one direction that stand side by side on paper, in the order in which they are read. */
export interface Run {
  readonly text: string;
  readonly isRightToLeft: boolean;
}

export function hasRightToLeft(text: string): boolean {
  return FROM_THE_RIGHT.test(text);
}

/**
 * The runs of a line as they stand on paper, from the left: Unicode's Bidirectional Algorithm (UAX 9), with brackets
 * mirrored where they are read from the right, and a sign kept to its number.
 */
export function runsOf(line: string): Run[] {
  const ordered = line.replace(SIGN, '0');
  const embedding = bidi.getEmbeddingLevels(ordered);
  const runs: Run[] = [];
  for (const index of bidi.getReorderedIndices(ordered, embedding)) {
    const character = line.charAt(index).replace(MARKS, '');
    const isRightToLeft = (embedding.levels[index] ?? 0) % 2 === 1;
    const text = isRightToLeft ? (bidi.getMirroredCharacter(character) ?? character) : character;
    const last = runs.at(-1);
    if (last?.isRightToLeft !== isRightToLeft) runs.push({ text, isRightToLeft });
    else runs[runs.length - 1] = { text: isRightToLeft ? text + last.text : last.text + text, isRightToLeft };
  }
  return runs.filter(({ text }) => text !== '');
}

/** Lines of one text, marked where one by itself, which may begin with a word of the other direction, read otherwise. */
export function readAs(text: string, lines: readonly string[]): readonly string[] {
  if (!hasRightToLeft(text)) return lines;
  const wanted = isReadFromTheRight(text);
  const mark = wanted ? RIGHT_TO_LEFT_MARK : LEFT_TO_RIGHT_MARK;
  return lines.map((line) => (isReadFromTheRight(line) === wanted ? line : mark + line));
}

function isReadFromTheRight(text: string): boolean {
  return bidi.getEmbeddingLevels(text).paragraphs[0]?.level === 1;
}
