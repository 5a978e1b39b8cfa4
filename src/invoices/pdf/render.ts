import type { KeyObject } from 'node:crypto';
import PDFDocument from 'pdfkit';
import type { Font } from 'fontkit';
import { layOut, type Pages } from '../pages/layout.ts';
import { PAGE, type Mark, type RuleMark, type SquaresMark, type TextMark } from '../pages/page.ts';
import { paperOf, type DocumentSnapshot } from '../papers/paper-of.ts';
import { signedCode } from '../papers/signed-code.ts';
import { hasRightToLeft } from '../wording/direction.ts';
import { invoiceFonts } from './typefaces.ts';

/** pdfkit lays out word by word, from the left; but a line that features are asked of whole, as its order needs it. */
const WORD_BY_WORD = { lineBreak: false };
const WHOLE_LINE = { lineBreak: false, features: [] };

const BLACK = '#1a1a1a';
const GREY = '#5f6368';
const LIGHT = '#d9d9d9';

/**
 * An invoice or credit note as a PDF. The same snapshot gives the same bytes, in any process and time zone.
 *
 * @param signingKey of the seller, for a signed QR code; without it there is none
 */
export async function renderPdf(snapshot: DocumentSnapshot, signingKey?: KeyObject): Promise<Buffer> {
  const typeface = invoiceFonts();
  const code = signingKey && signedCode(snapshot, signingKey);
  return draw(layOut({ ...paperOf(snapshot, typeface), code }, typeface), snapshot);
}

function draw({ title, author, pages }: Pages, snapshot: DocumentSnapshot): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    // None by default: Helvetica, which we never draw with, would be parsed for every document.
    font: '',
    lang: snapshot.locale,
    displayTitle: true,
    info: {
      Title: title,
      Author: author,
      Creator: 'Roundtrip',
      Producer: 'Roundtrip',
      // Otherwise the clock's, and the document's id is made of it.
      CreationDate: new Date(snapshot.issuedAt),
    },
  });
  const { regular, bold } = invoiceFonts().forDocument();
  pdf.registerFont('regular', fontSource(regular));
  pdf.registerFont('bold', fontSource(bold));
  for (const marks of pages) {
    pdf.addPage({ size: [PAGE.width, PAGE.height], margin: 0 });
    for (const mark of marks) drawMark(pdf, mark);
  }
  return collect(pdf);
}

/** pdfkit takes an open font as well as a file's bytes (`PDFFontFactory.open`); its types know of the bytes alone. */
function fontSource(font: Font): PDFKit.Mixins.PDFFontSource {
  return font as unknown as PDFKit.Mixins.PDFFontSource;
}

function drawMark(pdf: PDFKit.PDFDocument, mark: Mark): void {
  switch (mark.kind) {
    case 'text':
      drawText(pdf, mark);
      break;
    case 'rule':
      drawRule(pdf, mark);
      break;
    case 'squares':
      drawSquares(pdf, mark);
      break;
  }
}

function drawText(pdf: PDFKit.PDFDocument, { x, y, text, size, bold, grey }: TextMark): void {
  pdf
    .font(bold ? 'bold' : 'regular')
    .fontSize(size)
    .fillColor(grey ? GREY : BLACK)
    .text(text, x, y, hasRightToLeft(text) ? WHOLE_LINE : WORD_BY_WORD);
}

function drawRule(pdf: PDFKit.PDFDocument, { x, y, width, thick }: RuleMark): void {
  pdf
    .lineWidth(thick ? 1 : 0.5)
    .moveTo(x, y)
    .lineTo(x + width, y)
    .stroke(thick ? BLACK : LIGHT);
}

/** One path, in which neighbours in a row are one rectangle: no hair lines between them, and a fifth of the size. */
function drawSquares(pdf: PDFKit.PDFDocument, { x, y, width, rows }: SquaresMark): void {
  const side = width / rows.length;
  for (const [rowIndex, row] of rows.entries()) {
    for (let start = 0; start < row.length; start++) {
      if (!row[start]) continue;
      const end = row.indexOf(false, start);
      const length = (end < 0 ? row.length : end) - start;
      pdf.rect(x + start * side, y + rowIndex * side, length * side, side);
      start += length;
    }
  }
  pdf.fill(BLACK);
}

function collect(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => {
      resolve(Buffer.concat(chunks));
    });
    pdf.on('error', reject);
    pdf.end();
  });
}
