import type { Typeface } from '../wording/text-layout.ts';
import { drawClosing, layOutClosing } from './closing.ts';
import { Flow } from './flow.ts';
import { drawFirstHeading } from './headings.ts';
import type { Mark } from './page.ts';
import type { Paper } from './paper.ts';

/** A document laid out: marks at their places. */
export interface Pages {
  readonly title: string;
  readonly author: string;
  readonly pages: readonly (readonly Mark[])[];
}

/** Lays a paper out on pages. Knows of the font only how wide its characters are and which it has. */
export function layOut(paper: Paper, typeface: Typeface): Pages {
  const flow = new Flow(paper, typeface);
  flow.block(0, (page) => drawFirstHeading(page, paper, typeface));
  flow.table(paper.lines);
  const closing = layOutClosing(paper, typeface);
  flow.block(closing.height, (page, y) => drawClosing(page, y, closing, typeface));
  for (const summary of paper.summaries) flow.summary(summary);
  flow.notes(paper.notes);
  return { title: `${paper.title} ${paper.number}`, author: paper.seller.name, pages: flow.finish() };
}
