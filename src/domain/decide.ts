import type { MarkCreditNote, MarkInvoice, OrderCommand } from './commands.ts';
import { marked, refused, unchanged, type Circumstances, type Decision } from './decision.ts';
import { moveOrder } from './orders/move-order.ts';
import { withPart, type Order } from './orders/order.ts';
import { addPayment } from './payments/add-payment.ts';
import { declineCapture, movePayment, requestOfGateway } from './payments/move-payment.ts';
import { decideRefund, requestRefund } from './refunds/request-refund.ts';
import { moveRefund } from './refunds/refund.ts';
import { moveReturn, requestReturn } from './returns/return.ts';

/** The whole business in one place: what comes of `command` on `order`, or why it is refused. No I/O. */
export function decide(order: Order, command: OrderCommand, circumstances: Circumstances): Decision {
  switch (command.type) {
    case 'move_order':
      return moveOrder(order, command, circumstances);
    case 'request_return':
      return requestReturn(order, command, circumstances);
    case 'move_return':
      return moveReturn(order, command, circumstances);
    case 'record_payment':
    case 'initiate_payment':
      return addPayment(order, command, circumstances);
    case 'request_capture':
    case 'request_void':
      return requestOfGateway(order, command, circumstances);
    case 'authorise_payment':
    case 'capture_payment':
    case 'void_payment':
    case 'leave_payment_to_expire':
    case 'fail_payment':
      return movePayment(order, command, circumstances);
    case 'decline_capture':
      return declineCapture(order, command, circumstances);
    case 'request_refund':
      return requestRefund(order, command, circumstances);
    case 'approve_refund':
    case 'reject_refund':
      return decideRefund(order, command, circumstances);
    case 'submit_refund':
    case 'settle_refund':
    case 'fail_refund':
    case 'reverse_refund':
    case 'retry_refund':
    case 'record_refund':
      return moveRefund(order, command, circumstances);
    case 'mark_invoice':
      return markInvoice(order, command, circumstances);
    case 'mark_credit_note':
      return markCreditNote(order, command, circumstances);
  }
}

/** The customer's copy is sent once the paper lies there. */
function markInvoice(order: Order, { invoiceId, mark }: MarkInvoice, circumstances: Circumstances): Decision {
  const { invoice } = order;
  if (invoice?.id !== invoiceId) return refused('invoice.not_found', `Order ${order.id} has no invoice ${invoiceId}.`);
  const { renderedAt, emailedAt } = invoice;
  if ((mark === 'rendered' ? renderedAt : emailedAt) !== null) return unchanged(order, invoice.id);
  const { now } = circumstances;
  if (mark === 'emailed') {
    return marked({ ...order, invoice: { ...invoice, emailedAt: now } }, circumstances, invoice.id);
  }
  const jobs = order.customerEmail === null ? [] : [{ kind: 'invoice.email', subjectId: invoice.id } as const];
  return marked({ ...order, invoice: { ...invoice, renderedAt: now } }, circumstances, invoice.id, jobs);
}

function markCreditNote(order: Order, { creditNoteId, mark }: MarkCreditNote, circumstances: Circumstances): Decision {
  const found = order.creditNotes.find(({ id }) => id === creditNoteId);
  if (!found) return refused('credit_note.not_found', `Order ${order.id} has no credit note ${creditNoteId}.`);
  if ((mark === 'rendered' ? found.renderedAt : found.emailedAt) !== null) return unchanged(order, found.id);
  const { now } = circumstances;
  if (mark === 'emailed') {
    const creditNotes = withPart(order.creditNotes, { ...found, emailedAt: now });
    return marked({ ...order, creditNotes }, circumstances, found.id);
  }
  const creditNotes = withPart(order.creditNotes, { ...found, renderedAt: now });
  const jobs = order.customerEmail === null ? [] : [{ kind: 'credit_note.email', subjectId: found.id } as const];
  return marked({ ...order, creditNotes }, circumstances, found.id, jobs);
}
