import { readPayment } from '../../queries/money/payments.ts';
import { GiveUp, type JobHandler } from '../handler.ts';
import { gatewayOfPayment, meaningOfBooks, type PaymentHandlerOptions } from './payment-at-gateway.ts';
import { settle } from './settle.ts';

/**
 * Asks the gateway about a payment that has no step under way, because its webhook had news of it: an authorisation that
 * ran out there, or money that was taken after all. It sends nothing.
 */
export function inquirePayment({ engine, reads, gatewayOf }: PaymentHandlerOptions): JobHandler {
  return async (job) => {
    const payment = await readPayment(reads, job.subjectId);
    if (!payment) throw new GiveUp(`there is no payment ${job.subjectId}`);
    if (payment.state === 'CAPTURED') return 'nothing_to_do';
    const known = await meaningOfBooks(gatewayOfPayment(payment, gatewayOf), payment);
    return known ? settle(engine, job, known) : 'nothing_to_do';
  };
}
