import type { Static } from 'typebox';
import { UNNAMED_METHOD } from '../../../domain/orders/order.ts';
import type { AddPayment } from '../../../domain/payments/payment-commands.ts';
import { readPayment } from '../../../queries/money/payments.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';
import { orderEtagOf } from '../../http/order-etag.ts';
import { expectedVersionOf, orderOf, write, type Written } from '../../http/write.ts';
import { IdParameters, MoveBody, ref, WriteHeaders } from '../../schemas/common.ts';
import { CaptureBody, NewPayment, PaymentSchema } from '../../schemas/payment.ts';
import { paymentView } from '../../views/payment.ts';

const STEP_PROBLEMS = [
  ...WITH_BODY,
  'order.version_mismatch',
  'payment.not_found',
  'payment.illegal_transition',
  'payment.in_progress',
] as const;

export function paymentRoutes(api: Api, { engine, reads, paymentGateways = [] }: ApiDependencies): void {
  api.post(
    '/v1/orders/:id/payments',
    {
      schema: {
        operationId: 'addPayment',
        tags: ['payments'],
        summary: 'Pay an order, or part of it',
        description:
          'Records a payment that was captured elsewhere; or, with `gateway`, has one authorised and captured there. ' +
          'Several may cover an order together: it is PAID once what is captured does.',
        headers: WriteHeaders,
        params: IdParameters,
        body: NewPayment,
        response: {
          201: { description: 'The payment', ...ref(PaymentSchema) },
          ...problemAnswers(
            ...WITH_BODY,
            'order.not_found',
            'order.version_mismatch',
            'payment.order_not_open',
            'payment.exceeds_outstanding',
            'payment.currency_mismatch',
            'payment.too_many',
            'payment.gateway_not_configured',
          ),
        },
      },
    },
    async (request, reply) => {
      const command = addPaymentOf(request.body);
      if (command.type === 'initiate_payment' && !paymentGateways.includes(command.gateway)) {
        throw new ProblemError('payment.gateway_not_configured', `The gateway ${command.gateway} is not configured.`, {
          errors: [{ field: 'gateway', message: `is none of: ${paymentGateways.join(', ') || 'none is configured'}` }],
        });
      }
      const intent = {
        kind: 'change',
        target: { orderId: request.params.id },
        command,
        expectedVersion: expectedVersionOf(request),
      } as const;
      return write({ engine, request, reply, intent, status: 201, view: written });
    },
  );

  api.get(
    '/v1/payments/:id',
    {
      schema: {
        operationId: 'getPayment',
        tags: ['payments'],
        summary: 'Read one payment',
        params: IdParameters,
        response: {
          200: { description: 'The payment', ...ref(PaymentSchema) },
          ...problemAnswers('payment.not_found'),
        },
      },
    },
    async ({ params }) => {
      const found = await readPayment(reads, params.id);
      if (!found) throw new ProblemError('payment.not_found', `No payment has the id ${params.id}.`);
      return paymentView(found, found.orderId);
    },
  );

  api.post(
    '/v1/payments/:id/capture',
    {
      schema: {
        operationId: 'capturePayment',
        tags: ['payments'],
        summary: 'Capture an authorised payment, or part of it',
        description:
          'Has the gateway take what was authorised, or `amount_minor` of it; the rest is released. ' +
          'The payment is CAPTURED once the gateway has said so.',
        headers: WriteHeaders,
        params: IdParameters,
        body: CaptureBody,
        response: {
          200: { description: 'The payment as it is now', ...ref(PaymentSchema) },
          ...problemAnswers(...STEP_PROBLEMS, 'payment.exceeds_authorised', 'payment.captured_whole'),
        },
      },
    },
    async (request, reply) => {
      const paymentId = request.params.id;
      const { amount_minor: amountMinor = null, reason = null } = request.body;
      const intent = {
        kind: 'change',
        target: { paymentId },
        command: { type: 'request_capture', paymentId, amountMinor, reason },
        expectedVersion: expectedVersionOf(request),
      } as const;
      return write({ engine, request, reply, intent, status: 200, view: written });
    },
  );

  api.post(
    '/v1/payments/:id/void',
    {
      schema: {
        operationId: 'voidPayment',
        tags: ['payments'],
        summary: 'Void a payment that is not captured',
        description:
          'Has the gateway give the authorisation up, also in the place of a capture that waits. The payment is VOIDED once the gateway has said so, or ' +
          'LEFT_TO_EXPIRE where it has no way to: then nobody captures it any more, and it runs out there. One that is ' +
          'PENDING is FAILED once the gateway has said that it has none of it, and given up once it is authorised; what ' +
          'the gateway has captured by then is CAPTURED.',
        headers: WriteHeaders,
        params: IdParameters,
        body: MoveBody,
        response: {
          200: { description: 'The payment as it is now', ...ref(PaymentSchema) },
          ...problemAnswers(...STEP_PROBLEMS),
        },
      },
    },
    async (request, reply) => {
      const paymentId = request.params.id;
      const intent = {
        kind: 'change',
        target: { paymentId },
        command: { type: 'request_void', paymentId, reason: request.body.reason ?? null },
        expectedVersion: expectedVersionOf(request),
      } as const;
      return write({ engine, request, reply, intent, status: 200, view: written });
    },
  );
}

/** @throws ProblemError naming the field that does not go with the others */
function addPaymentOf(body: Static<typeof NewPayment>): AddPayment {
  const { amount_minor: amountMinor, currency = null, method = UNNAMED_METHOD } = body;
  const misplaced = (field: string, message: string) =>
    new ProblemError('request.invalid', `${field} ${message}`, { errors: [{ field, message }] });
  if (body.gateway === undefined) {
    if (body.payment_token !== undefined) throw misplaced('payment_token', 'goes with a gateway');
    if (body.capture !== undefined) throw misplaced('capture', 'goes with a gateway');
    return { type: 'record_payment', amountMinor, currency, method, reference: body.reference ?? null };
  }
  if (body.payment_token === undefined) throw misplaced('payment_token', 'is what the gateway needs');
  if (body.reference !== undefined) throw misplaced('reference', 'is given by the gateway');
  const { gateway, payment_token: token, capture: captures = true } = body;
  return { type: 'initiate_payment', amountMinor, currency, method, gateway, token, captures };
}

function written(outcome: Parameters<typeof orderOf>[0]): Written<ReturnType<typeof paymentView>> {
  const order = orderOf(outcome);
  const found = outcome.kind === 'done' ? order.payments.find(({ id }) => id === outcome.subjectId) : undefined;
  if (!found) throw new TypeError('the outcome has no payment');
  return {
    view: paymentView(found, order.id),
    headers: { location: `/v1/payments/${found.id}`, etag: orderEtagOf(order) },
  };
}
