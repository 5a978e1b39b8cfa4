import { fetchAnswer } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';

export function invoicePdfPath(orderId: number): string {
  return `/v1/orders/${orderId}/invoice.pdf`;
}

/** @throws ApiProblem when there is no such paper, or it cannot be read now */
export async function fetchPdf(path: string): Promise<ArrayBuffer> {
  const response = await fetchAnswer(new Request(path));
  if (response.ok) return response.arrayBuffer();
  throw problemOf(await response.json().catch(() => undefined), response);
}

/** Until the next one is printed: the tab that shows it can save it by no other address. */
let printedUrl: string | undefined;

/** Puts the PDFs together, page by page as they are, and opens the whole where it can be printed. */
export async function printPdfs(pdfs: readonly ArrayBuffer[]): Promise<void> {
  const { PDFDocument } = await import('@cantoo/pdf-lib');
  const whole = await PDFDocument.create();
  for (const pdf of pdfs) {
    const source = await PDFDocument.load(pdf);
    for (const page of await whole.copyPages(source, source.getPageIndices())) whole.addPage(page);
  }
  const bytes = new Uint8Array(await whole.save());
  if (printedUrl !== undefined) URL.revokeObjectURL(printedUrl);
  printedUrl = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  const link = document.createElement('a');
  link.href = printedUrl;
  link.target = '_blank';
  link.rel = 'noopener';
  link.click();
}
