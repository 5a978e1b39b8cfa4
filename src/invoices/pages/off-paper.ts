import type { Typeface } from '../wording/text-layout.ts';
import type { Pages } from './layout.ts';
import { BODY_END_Y, LEFT, PAGE, RIGHT, type Mark } from './page.ts';

const TOLERANCE = 1e-6;
/** A title stands this much above the margin, where its letters begin. */
const ABOVE_MARGIN = 4;
/** The footer alone is of so small a size there. */
const FOOTER_SIZE_BELOW = 8;

/** For tests: the marks that stand beside or below the paper, or in its footer without being of it. */
export function marksOffPaper({ pages }: Pages, typeface: Typeface): Mark[] {
  return pages.flat().filter((mark) => {
    const isText = mark.kind === 'text';
    const right = mark.x + (isText ? typeface.widthOf(mark.text, mark) : mark.width);
    const bottom = mark.y + (isText ? mark.size : 0);
    const isFooter = isText && mark.y > BODY_END_Y && mark.size < FOOTER_SIZE_BELOW;
    return (
      mark.x < LEFT - TOLERANCE ||
      right > RIGHT + TOLERANCE ||
      mark.y < PAGE.margin - ABOVE_MARGIN ||
      bottom > (isFooter ? PAGE.height : BODY_END_Y)
    );
  });
}
