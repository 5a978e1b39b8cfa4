import { fetchAnswer } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';

/** @throws ApiProblem when there is no invoice, or it cannot be read now */
export async function fetchInvoicePdf(orderId: number): Promise<ArrayBuffer> {
  const response = await fetchAnswer(new Request(`/v1/orders/${orderId}/invoice.pdf`));
  if (response.ok) return response.arrayBuffer();
  throw problemOf(await response.json().catch(() => undefined), response);
}

/** Puts the PDFs together, page by page as they are, and opens the whole where it can be printed. */
export async function printInvoices(pdfs: readonly ArrayBuffer[]): Promise<void> {
  const { PDFDocument } = await import('@cantoo/pdf-lib');
  const whole = await PDFDocument.create();
  for (const pdf of pdfs) {
    const source = await PDFDocument.load(pdf);
    for (const page of await whole.copyPages(source, source.getPageIndices())) whole.addPage(page);
  }
  const bytes = new Uint8Array(await whole.save());
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener';
  link.click();
}
