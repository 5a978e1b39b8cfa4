import type { Principal } from '../../identity/principal.ts';
import { readInvoiceOfOrder } from '../../queries/papers/invoices.ts';
import { seesAll, visibleOrder } from '../access/visible-order.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { pdfAnswer, sendPdf, sendXml, xmlAnswer } from '../http/paper-answers.ts';
import { ProblemError } from '../problems/problem.ts';
import { IdParameters, ref } from '../schemas/common.ts';
import { InvoiceSchema } from '../schemas/paper.ts';
import { invoiceView } from '../views/paper.ts';

export function invoiceRoutes(api: Api, { reads, orders, papers }: ApiDependencies): void {
  const invoiceOf = async (orderId: number, principal: Principal) => {
    if (!seesAll(principal)) await visibleOrder(orders, principal, orderId);
    const invoice = await readInvoiceOfOrder(reads, orderId);
    if (invoice) return invoice;
    await visibleOrder(orders, principal, orderId);
    throw new ProblemError('invoice.not_found', `Order ${orderId} has no invoice; shipping issues it.`);
  };

  api.get(
    '/v1/orders/:id/invoice',
    {
      schema: {
        operationId: 'getInvoice',
        tags: ['invoices'],
        summary: "Read an order's invoice",
        params: IdParameters,
        response: {
          200: { description: 'The invoice', ...ref(InvoiceSchema) },
          ...problemAnswers('order.not_found', 'invoice.not_found'),
        },
      },
    },
    async ({ params, principal }) => invoiceView(await invoiceOf(params.id, principal)),
  );

  api.get(
    '/v1/orders/:id/invoice.pdf',
    {
      schema: {
        operationId: 'getInvoicePdf',
        tags: ['invoices'],
        summary: "Read an order's invoice as a PDF",
        description: 'The same bytes each time, drawn again from what the invoice says where the file is gone.',
        params: IdParameters,
        response: {
          200: pdfAnswer,
          ...problemAnswers('order.not_found', 'invoice.not_found'),
        },
      },
    },
    async ({ params, principal }, reply) => {
      const { number, snapshot } = await invoiceOf(params.id, principal);
      return sendPdf(reply, number, await papers.pdf(snapshot));
    },
  );

  api.get(
    '/v1/orders/:id/invoice.xml',
    {
      schema: {
        operationId: 'getInvoiceXml',
        tags: ['invoices'],
        summary: "Read an order's invoice as an e-invoice",
        description: 'For programs: UBL 2.1 in the shape of PEPPOL BIS Billing 3.0. The same bytes each time.',
        params: IdParameters,
        response: { 200: xmlAnswer, ...problemAnswers('order.not_found', 'invoice.not_found') },
      },
    },
    async ({ params, principal }, reply) => {
      const { number, snapshot } = await invoiceOf(params.id, principal);
      return sendXml(reply, number, papers.xml(snapshot));
    },
  );
}
