import type { Principal } from '../../identity/principal.ts';
import { readCreditNote, readCreditNoteOfRefund } from '../../queries/papers/credit-notes.ts';
import { readRefund } from '../../queries/money/refunds.ts';
import { seesOrder } from '../access/visible-order.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { pdfAnswer, sendPdf, sendXml, xmlAnswer } from '../http/paper-answers.ts';
import { ProblemError } from '../problems/problem.ts';
import { IdParameters, ref } from '../schemas/common.ts';
import { CreditNoteSchema } from '../schemas/paper.ts';
import { creditNoteView } from '../views/paper.ts';

const READ = { description: 'The credit note', ...ref(CreditNoteSchema) };

export function creditNoteRoutes(api: Api, { reads, orders, papers }: ApiDependencies): void {
  const creditNoteOf = async (id: number, principal: Principal) => {
    const found = await readCreditNote(reads, id);
    // Another's is not there, in the same words as one that nobody issued.
    if (!found || !(await seesOrder(orders, principal, found.orderId))) {
      throw new ProblemError('credit_note.not_found', `No credit note has the id ${id}.`);
    }
    return found;
  };

  api.get(
    '/v1/credit-notes/:id',
    {
      schema: {
        operationId: 'getCreditNote',
        tags: ['credit notes'],
        summary: 'Read one credit note',
        params: IdParameters,
        response: { 200: READ, ...problemAnswers('credit_note.not_found') },
      },
    },
    async ({ params, principal }) => creditNoteView(await creditNoteOf(params.id, principal)),
  );

  api.get(
    '/v1/credit-notes/:id/pdf',
    {
      schema: {
        operationId: 'getCreditNotePdf',
        tags: ['credit notes'],
        summary: 'Read a credit note as a PDF',
        description: 'The same bytes each time, drawn again from what the credit note says where the file is gone.',
        params: IdParameters,
        response: { 200: pdfAnswer, ...problemAnswers('credit_note.not_found') },
      },
    },
    async ({ params, principal }, reply) => {
      const { number, snapshot } = await creditNoteOf(params.id, principal);
      return sendPdf(reply, number, await papers.pdf(snapshot));
    },
  );

  api.get(
    '/v1/credit-notes/:id/xml',
    {
      schema: {
        operationId: 'getCreditNoteXml',
        tags: ['credit notes'],
        summary: 'Read a credit note as an e-invoice',
        description: 'For programs: UBL 2.1 in the shape of PEPPOL BIS Billing 3.0. The same bytes each time.',
        params: IdParameters,
        response: { 200: xmlAnswer, ...problemAnswers('credit_note.not_found') },
      },
    },
    async ({ params, principal }, reply) => {
      const { number, snapshot } = await creditNoteOf(params.id, principal);
      return sendXml(reply, number, papers.xml(snapshot));
    },
  );

  api.get(
    '/v1/refunds/:id/credit-note',
    {
      schema: {
        operationId: 'getCreditNoteOfRefund',
        tags: ['credit notes'],
        summary: 'Read the credit note that tells of a refund',
        description: 'Refunds of one return to several payments share its credit note. A cancelled order has none.',
        params: IdParameters,
        response: { 200: READ, ...problemAnswers('refund.not_found', 'credit_note.not_found') },
      },
    },
    async ({ params: { id }, principal }) => {
      if (!(await readRefund(reads, id, principal.scope))) {
        throw new ProblemError('refund.not_found', `No refund has the id ${id}.`);
      }
      const found = await readCreditNoteOfRefund(reads, id);
      if (found) return creditNoteView(found);
      throw new ProblemError('credit_note.not_found', `Refund ${id} has no credit note: its order has no invoice.`);
    },
  );
}
