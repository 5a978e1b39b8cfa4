import { cutOff, wrap, type Typeface } from '../wording/text-layout.ts';
import { LEFT, PAGE, RIGHT, WIDTH, type Page } from './page.ts';
import type { Issuer, Paper, Party } from './paper.ts';
import { BODY, LINE_HEIGHT, NAME, SMALL, STRONG, TITLE } from './styles.ts';

const DETAILS_WIDTH = 220;
const DETAIL_VALUE_WIDTH = 130;
const SELLER_WIDTH = WIDTH - DETAILS_WIDTH - 20;
const NAME_LINE_HEIGHT = 18;
const PARTY_GAP = 16;
/** So that however long they are, the table begins on the first page. */
const MOST_LINES = {
  name: 3,
  seller: { entry: 3, inAll: 16 },
  detail: 5,
  partyName: 5,
  party: { entry: 5, inAll: 24 },
} as const;

/** Seller and title, then the other parties. Answers with where the table begins. */
export function drawFirstHeading(page: Page, paper: Paper, typeface: Typeface): number {
  const sellerEnd = drawSeller(page, paper, typeface);
  const detailsEnd = drawDetails(page, paper, typeface);
  return drawParties(page, Math.max(sellerEnd, detailsEnd) + 18, paper.parties, typeface) + 14;
}

/** Which document and whose, at the top of every page after the first. Answers with where the page goes on. */
export function drawNextHeading(page: Page, { title, number, seller }: Paper, typeface: Typeface): number {
  page.text(LEFT, PAGE.margin, `${title} ${number}`, STRONG);
  const [name = ''] = wrap(seller.name, WIDTH / 2, BODY, typeface, 1);
  page.textRight(RIGHT, PAGE.margin, name, BODY, true);
  return PAGE.margin + 24;
}

function drawSeller(page: Page, { seller }: Paper, typeface: Typeface): number {
  let y: number = PAGE.margin;
  for (const line of wrap(seller.name, SELLER_WIDTH, NAME, typeface, MOST_LINES.name)) {
    page.text(LEFT, y, line, NAME);
    y += NAME_LINE_HEIGHT;
  }
  for (const line of linesBelowName(seller, SELLER_WIDTH, MOST_LINES.seller, typeface)) {
    page.text(LEFT, y, line, BODY, true);
    y += LINE_HEIGHT;
  }
  return y;
}

/** The address gets the lines that what follows it leaves. */
function linesBelowName(
  { address, contact }: Issuer,
  width: number,
  most: { readonly entry: number; readonly inAll: number },
  typeface: Typeface,
): string[] {
  const lines = (entry: string) => wrap(entry, width, BODY, typeface, most.entry);
  const below = contact.flatMap(lines);
  return [...cutOff(address.flatMap(lines), width, BODY, typeface, most.inAll - below.length), ...below];
}

function drawDetails(page: Page, { title, details }: Paper, typeface: Typeface): number {
  page.textRight(RIGHT, PAGE.margin - 4, title, TITLE);
  let y = PAGE.margin + 30;
  for (const [name, value] of details) {
    page.text(RIGHT - DETAILS_WIDTH, y, name, BODY, true);
    for (const line of wrap(value, DETAIL_VALUE_WIDTH, STRONG, typeface, MOST_LINES.detail)) {
      page.textRight(RIGHT, y, line, STRONG);
      y += LINE_HEIGHT;
    }
    y += 2;
  }
  return y;
}

/** Side by side, in columns of one width. */
function drawParties(page: Page, top: number, parties: readonly Party[], typeface: Typeface): number {
  const width = (WIDTH - (parties.length - 1) * PARTY_GAP) / parties.length;
  const ends = parties.map((party, index) =>
    drawParty(page, { x: LEFT + index * (width + PARTY_GAP), y: top, width }, party, typeface),
  );
  return Math.max(...ends);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function drawParty(page: Page, { x, y: top, width }: Place, party: Party, typeface: Typeface): number {
  page.text(x, top, party.heading, SMALL, true);
  let y = top + LINE_HEIGHT;
  for (const line of wrap(party.name, width, STRONG, typeface, MOST_LINES.partyName)) {
    page.text(x, y, line, STRONG);
    y += LINE_HEIGHT;
  }
  for (const line of linesBelowName(party, width, MOST_LINES.party, typeface)) {
    page.text(x, y, line, BODY, true);
    y += LINE_HEIGHT;
  }
  return y;
}
