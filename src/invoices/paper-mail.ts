import type { CreditNoteSnapshot } from '../domain/papers/credit-note.ts';
import type { InvoiceSnapshot } from '../domain/papers/invoice.ts';
import type { MailMessage } from '../platform/mail.ts';
import { paperFileName } from './files.ts';
import type { DocumentSnapshot } from './papers/paper-of.ts';
import { formatMoney } from './wording/money-format.ts';

/** As it begins the Message-ID. */
export type MailedPaper = 'invoice' | 'credit-note';

/** What differs between the e-mails of the papers. */
interface Words {
  readonly kind: MailedPaper;
  readonly subject: string;
  readonly lines: readonly string[];
}

/**
 * The e-mail that brings a customer a paper. Composed from what the paper says alone, its Message-ID too: sent again,
 * it is the same message.
 *
 * @throws TypeError when the paper has no e-mail address
 */
export function composePaperMail(snapshot: DocumentSnapshot, pdf: Uint8Array, from: string): MailMessage {
  const { number, seller, customer, issuedAt } = snapshot;
  const { kind, subject, lines } = 'invoice' in snapshot ? creditNoteWords(snapshot) : invoiceWords(snapshot);
  if (customer.email === null) throw new TypeError(`${kind} ${number} has no e-mail address`);
  const fileName = paperFileName(number);
  const contact = [seller.email, seller.phone].filter((line) => line !== null);
  return {
    to: customer.email,
    subject: `${subject} from ${seller.name}`,
    text: ['Hello,', '', ...lines.flatMap((line) => [line, '']), seller.name, ...contact].join('\n'),
    messageId: paperMessageId(kind, number, from),
    date: new Date(issuedAt),
    attachments: [{ fileName, content: pdf, contentType: 'application/pdf' }],
  };
}

function paperMessageId(kind: MailedPaper, number: string, from: string): string {
  return `<${paperMailName(kind, number)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** What the Message-ID of the e-mail that brings a paper has before its @, whoever sends it. */
export function paperMailName(kind: MailedPaper, number: string): string {
  return `${kind}.${paperFileName(number).replace(/\.pdf$/, '')}`;
}

function invoiceWords(snapshot: InvoiceSnapshot): Words {
  const { number, order, totalMinor, currency, locale } = snapshot;
  const total = formatMoney(totalMinor, currency, locale);
  return {
    kind: 'invoice',
    subject: `Your invoice ${number}`,
    lines: [
      `Your order ${order.number} is on its way. Invoice ${number} for ${total} is attached.`,
      'Thank you for shopping with us.',
    ],
  };
}

function creditNoteWords(snapshot: CreditNoteSnapshot): Words {
  const { number, totalMinor, currency, locale } = snapshot;
  const total = formatMoney(totalMinor, currency, locale);
  return {
    kind: 'credit-note',
    subject: `Your credit note ${number}`,
    lines: [totalMinor === 0 ? withoutMoney(snapshot, total) : withMoney(snapshot, total)],
  };
}

function withMoney({ number, order, invoice }: CreditNoteSnapshot, total: string): string {
  return `We give you back ${total} of your order ${order.number}.\nCredit note ${number}, which takes back part of invoice ${invoice.number}, is attached.`;
}

/** What it takes back may be kept for something, or was given back before: nobody is told of a payment that never comes. */
function withoutMoney({ number, order, invoice }: CreditNoteSnapshot, total: string): string {
  return `Credit note ${number}, which takes back part of invoice ${invoice.number} of your order ${order.number}, is attached.\nIts total is ${total}: no money is paid back with it.`;
}
