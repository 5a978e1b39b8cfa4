import { wrap, type Typeface } from '../wording/text-layout.ts';
import { drawNextHeading } from './headings.ts';
import { BODY_END_Y, LEFT, Page, PAGE, RIGHT, WIDTH, type Mark } from './page.ts';
import type { Paper, Summary } from './paper.ts';
import { SMALL, SMALL_LINE_HEIGHT, STRONG } from './styles.ts';
import { drawRow, drawTableHeader, layOutRow, TABLE_HEADER_HEIGHT, type Table } from './table.ts';

const FOOTER_Y = PAGE.height - PAGE.margin + 6;
const BLOCK_GAP = 14;
const SUMMARY_HEADING_HEIGHT = 16;
const MOST_NOTE_LINES = 12;

/** Puts one block after another, and goes on at the top of a new page where one has no room. */
export class Flow {
  readonly #paper: Paper;
  readonly #typeface: Typeface;
  readonly #pages: Page[] = [];
  #page: Page;
  #y: number = PAGE.margin;

  constructor(paper: Paper, typeface: Typeface) {
    this.#paper = paper;
    this.#typeface = typeface;
    this.#page = this.#addPage();
  }

  /** A block that is never split over two pages; `draw` answers with where it ends. */
  block(height: number, draw: (page: Page, y: number) => number): void {
    this.#makeRoom(height);
    this.#y = draw(this.#page, this.#y);
  }

  /** Its header stands above its first row on each page. */
  table(table: Table): void {
    let begunOn: Page | undefined;
    for (const cells of table.rows) {
      const row = layOutRow(cells, table, this.#typeface);
      this.#makeRoom((begunOn === this.#page ? 0 : TABLE_HEADER_HEIGHT) + row.height);
      if (begunOn !== this.#page) this.#y = drawTableHeader(this.#page, this.#y, table);
      begunOn = this.#page;
      this.#y = drawRow(this.#page, this.#y, row, table.style, this.#typeface);
    }
  }

  summary({ heading, table }: Summary): void {
    const [first = []] = table.rows;
    const firstHeight = layOutRow(first, table, this.#typeface).height;
    const height = BLOCK_GAP + SUMMARY_HEADING_HEIGHT + TABLE_HEADER_HEIGHT + firstHeight;
    this.block(height, (page, y) => {
      page.text(LEFT, y + BLOCK_GAP, heading, STRONG);
      return y + BLOCK_GAP + SUMMARY_HEADING_HEIGHT;
    });
    this.table(table);
  }

  notes(notes: readonly string[]): void {
    const lines = notes.flatMap((note) => wrap(note, WIDTH, SMALL, this.#typeface, MOST_NOTE_LINES));
    if (lines.length === 0) return;
    this.#y += BLOCK_GAP - SMALL_LINE_HEIGHT;
    for (const line of lines) {
      this.block(SMALL_LINE_HEIGHT * 2, (page, y) => {
        page.text(LEFT, y + SMALL_LINE_HEIGHT, line, SMALL, true);
        return y + SMALL_LINE_HEIGHT;
      });
    }
  }

  /** The pages, numbered. */
  finish(): readonly (readonly Mark[])[] {
    for (const [index, page] of this.#pages.entries()) {
      page.text(LEFT, FOOTER_Y, this.#paper.number, SMALL, true);
      page.textRight(RIGHT, FOOTER_Y, `Page ${index + 1} of ${this.#pages.length}`, SMALL, true);
    }
    return this.#pages.map(({ marks }) => marks);
  }

  #makeRoom(height: number): void {
    if (this.#y + height <= BODY_END_Y) return;
    this.#page = this.#addPage();
    this.#y = drawNextHeading(this.#page, this.#paper, this.#typeface);
  }

  #addPage(): Page {
    const page = new Page(this.#typeface);
    this.#pages.push(page);
    return page;
  }
}
