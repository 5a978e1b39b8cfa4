import { wrap, type Typeface } from '../wording/text-layout.ts';
import { labelLine } from './label.ts';
import { LEFT, RIGHT, WIDTH, type Page } from './page.ts';
import type { Code, Paper } from './paper.ts';
import { BODY, LINE_HEIGHT, SMALL, TOTAL } from './styles.ts';

const SUMS_X = LEFT + 290;
const SUM_HEIGHT = 14;
const SUM_GAP = 6;
const SUM_LABEL_WIDTH = 120;
const TOTAL_LABEL_WIDTH = 50;
/** From the last sum to the rule below the total, and from that to the total in words. */
const TOTAL_HEIGHT = 28;
const WORDS_GAP = 10;
const MOST_WORDS_LINES = 6;

const CODE_TOP = 8;
const CODE_WIDTH = 104;
const CODE_CAPTION_HEIGHT = 16;

/** What follows the lines of a document and stays together: its sums, the total, and that in words. */
export interface Closing {
  readonly paper: Paper;
  readonly wordsLines: readonly string[];
  /** From the lines to the rule below the total. */
  readonly sumsHeight: number;
  readonly height: number;
}

export function layOutClosing(paper: Paper, typeface: Typeface): Closing {
  const wordsLines = wrap(paper.totalInWords, WIDTH, BODY, typeface, MOST_WORDS_LINES);
  const sums = paper.sums.length === 0 ? 0 : SUM_GAP + paper.sums.length * SUM_HEIGHT;
  const code = paper.code ? CODE_TOP + CODE_WIDTH + CODE_CAPTION_HEIGHT : 0;
  const sumsHeight = Math.max(sums + TOTAL_HEIGHT, code);
  return { paper, wordsLines, sumsHeight, height: sumsHeight + WORDS_GAP + wordsLines.length * LINE_HEIGHT };
}

/** Sums at the right, the QR code at their left. Answers with where the page goes on. */
export function drawClosing(page: Page, top: number, closing: Closing, typeface: Typeface): number {
  const { paper, wordsLines, sumsHeight, height } = closing;
  if (paper.code) drawCode(page, top + CODE_TOP, paper.code);
  let y = top + SUM_GAP;
  for (const sum of paper.sums) {
    page.text(SUMS_X, y, labelLine(sum, SUM_LABEL_WIDTH, BODY, typeface), BODY, true);
    page.textRight(RIGHT, y, sum.figure, BODY, false, RIGHT - SUMS_X - SUM_LABEL_WIDTH - SUM_GAP);
    y += SUM_HEIGHT;
  }
  const ruleY = top + sumsHeight;
  const totalY = top + (sumsHeight - TOTAL_HEIGHT) + 8;
  page.text(SUMS_X, totalY, paper.total.label, TOTAL);
  page.textRight(RIGHT, totalY, paper.total.figure, TOTAL, false, RIGHT - SUMS_X - TOTAL_LABEL_WIDTH);
  page.rule(ruleY, true);
  for (const [index, line] of wordsLines.entries()) {
    page.text(LEFT, ruleY + WORDS_GAP + index * LINE_HEIGHT, line, BODY, true);
  }
  return top + height;
}

function drawCode(page: Page, y: number, { squares, caption }: Code): void {
  page.squares(LEFT, y, CODE_WIDTH, squares);
  page.text(LEFT, y + CODE_WIDTH + 4, caption, SMALL, true);
}
