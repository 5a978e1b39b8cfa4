import { eraseCustomer } from '../../privacy/erase.ts';
import { customerMeant, namedCustomer, ofSeveralShops } from '../access/customer-meant.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../description/documentation.ts';
import { pageRequestOf } from '../lists/list-query.ts';
import { ProblemError } from '../problems/problem.ts';
import { writeOnce } from '../http/write-once.ts';
import { IdempotencyHeader, ref } from '../schemas/common.ts';
import {
  CustomerErasureBody,
  CustomerErasureSchema,
  CustomerExportPage,
  CustomerExportQuery,
} from '../schemas/customer.ts';
import { customerExportPage } from '../views/customer.ts';

const DEFAULT_ORDERS = 20;

export function customerRoutes(api: Api, { pool, orders }: ApiDependencies): void {
  api.get(
    '/v1/customers/export',
    {
      schema: {
        operationId: 'exportCustomer',
        tags: ['customers'],
        summary: 'Read all that is held on a customer',
        description:
          'Order by order, newest first, each with its lines, payments, returns, refunds, invoice and record.',
        querystring: CustomerExportQuery,
        response: {
          200: { description: "A page of the customer's orders", ...ref(CustomerExportPage) },
          ...problemAnswers('customer.not_found', 'customer.of_several_shops'),
        },
      },
    },
    async ({ query }) => {
      const page = pageRequestOf({ limit: query.limit ?? DEFAULT_ORDERS, after: query.after }, 'customer-orders');
      const customer = await customerMeant(pool, query);
      if (!customer) throw nothingHeld();
      const answer = await customerExportPage({ pool, orders }, customer, page);
      if (answer.data.length === 0 && query.after === undefined) throw nothingHeld();
      return answer;
    },
  );

  api.post(
    '/v1/customers/erase',
    {
      schema: {
        operationId: 'eraseCustomer',
        tags: ['customers'],
        summary: 'Erase a customer',
        description:
          'What tells who the customer is goes from orders, payments, returns, refunds, the record, events, kept answers, ' +
          'papers and mails. Invoices keep what tax law demands, no amount changes, and the audit chains hold. It cannot ' +
          'be undone.',
        headers: IdempotencyHeader,
        body: CustomerErasureBody,
        response: {
          200: { description: 'What was done', ...ref(CustomerErasureSchema) },
          ...problemAnswers(...WITH_BODY, 'customer.not_found', 'customer.of_several_shops', 'customer.work_under_way'),
        },
      },
    },
    async (request, reply) =>
      writeOnce({
        pool,
        request,
        reply,
        status: 200,
        make: async (client, actor) => {
          const outcome = await eraseCustomer(client, namedCustomer(request.body), actor);
          if (outcome.kind === 'not_found') throw nothingHeld();
          if (outcome.kind === 'of_several_shops') throw ofSeveralShops(outcome.shops);
          if (outcome.kind === 'under_way') throw workUnderWay(outcome.orderIds);
          const { pseudonym, orders: erased, invoices, keptReasons } = outcome.erasure;
          return { view: { pseudonym, orders: erased, invoices, kept_reasons: keptReasons } };
        },
      }),
  );
}

/** Does not say the id again: it may be of somebody who was just erased. */
function nothingHeld(): ProblemError {
  return new ProblemError('customer.not_found', 'Nothing is held on this customer.');
}

function workUnderWay(orderIds: readonly number[]): ProblemError {
  const detail = `Not through yet: ${orderIds.map((id) => `order ${id}`).join(', ')}.`;
  return new ProblemError('customer.work_under_way', detail, { facts: { order_ids: orderIds } });
}
