import { expect, test } from 'vitest';
import { composePaperMail } from './paper-mail.ts';
import { CREDIT_NOTE_SAMPLE } from './sample-priced.ts';
import { SAMPLE } from './sample-snapshot.ts';

const PDF = Buffer.from('%PDF-');

test('the mail of an invoice says what was sent, names the amount and carries the PDF', () => {
  expect(composePaperMail(SAMPLE, PDF, 'invoices@shop.example')).toEqual({
    to: 'asha@example.com',
    subject: 'Your invoice INV2627/00000001 from Roundtrip Sample Shop',
    text: [
      'Hello,',
      '',
      'Your order RT-7KQ2-M9XW is on its way. Invoice INV2627/00000001 for ₹1,33,187.60 is attached.',
      '',
      'Thank you for shopping with us.',
      '',
      'Roundtrip Sample Shop',
      'billing@shop.example',
      '+91 80 5555 0100',
    ].join('\n'),
    messageId: '<invoice.INV2627-00000001@shop.example>',
    date: new Date('2026-11-20T20:30:00.000Z'),
    attachments: [{ fileName: 'INV2627-00000001.pdf', content: PDF, contentType: 'application/pdf' }],
  });
});

test('without an e-mail address there is no mail to compose', () => {
  const snapshot = { ...SAMPLE, customer: { id: 'guest', email: null } };
  expect(() => composePaperMail(snapshot, PDF, 'invoices@shop.example')).toThrow(
    new TypeError('invoice INV2627/00000001 has no e-mail address'),
  );
});

test('the mail of a credit note says what is given back, and of which order and invoice', () => {
  expect(composePaperMail(CREDIT_NOTE_SAMPLE, PDF, 'invoices@shop.example')).toMatchObject({
    to: 'asha@example.com',
    subject: 'Your credit note CRN2627/00000001 from Roundtrip Sample Shop',
    text: [
      'Hello,',
      '',
      'We give you back ₹1,29,947.54 of your order RT-7KQ2-M9XW.',
      'Credit note CRN2627/00000001, which takes back part of invoice INV2627/00000001, is attached.',
      '',
      'Roundtrip Sample Shop',
      'billing@shop.example',
      '+91 80 5555 0100',
    ].join('\n'),
    messageId: '<credit-note.CRN2627-00000001@shop.example>',
    attachments: [{ fileName: 'CRN2627-00000001.pdf', content: PDF }],
  });
});

test('the mail of a credit note over nothing promises no money', () => {
  const { text } = composePaperMail({ ...CREDIT_NOTE_SAMPLE, totalMinor: 0 }, PDF, 'invoices@shop.example');
  expect(text).not.toContain('give you back');
  expect(text.split('\n').slice(2, 5)).toEqual([
    'Credit note CRN2627/00000001, which takes back part of invoice INV2627/00000001 of your order RT-7KQ2-M9XW, is attached.',
    'Its total is ₹0.00: no money is paid back with it.',
    '',
  ]);
});
