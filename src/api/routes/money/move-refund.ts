import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../../engine/engine.ts';
import type { EngineRequest } from '../../../engine/request.ts';
import { orderEtagOf } from '../../http/order-etag.ts';
import { orderOf, write } from '../../http/write.ts';
import { refundOf, refundView } from '../../views/refund.ts';

type Change = Extract<EngineRequest['intent'], { kind: 'change' }>;

interface RefundMove extends Pick<Change, 'command' | 'expectedVersion'> {
  readonly engine: Engine;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly refundId: number;
}

/** Moves a refund, and answers whoever did with the refund as it is now, under the version of its order. */
export async function moveRefund(move: RefundMove): Promise<FastifyReply> {
  const { engine, request, reply, refundId, command, expectedVersion } = move;
  return write({
    engine,
    request,
    reply,
    intent: { kind: 'change', target: { refundId }, command, expectedVersion },
    status: 200,
    view: (outcome) => {
      const order = orderOf(outcome);
      const refund = order.refunds.find(({ id }) => id === refundId);
      if (!refund) throw new TypeError('the outcome has no refund');
      return {
        view: refundView(refundOf(order, refund), request.principal.scope),
        headers: { etag: orderEtagOf(order) },
      };
    },
  });
}
