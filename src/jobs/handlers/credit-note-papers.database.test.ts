import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useInvoicing } from '../../../test/support/shop/invoicing.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import { paperFileName } from '../../invoices/files.ts';
import { readCreditNote } from '../../queries/papers/credit-notes.ts';
import { GiveUp } from '../handler.ts';
import { CREDIT_NOTES } from './papers.ts';

const { database, shop, jobs, invoiceFolder, mailFolder, filesIn, render, email, start, onlyMail, renderer } =
  useInvoicing();

const creditNoteOf = async (orderId: number) => {
  const text = 'SELECT id FROM credit_notes WHERE order_id = $1';
  const { id } = onlyOne((await database.pool.query<{ id: number }>(text, [orderId])).rows);
  return onlyOne([await readCreditNote(database.pool, id)].filter((note) => note !== undefined));
};
describe('the credit note of a completed return', () => {
  test('is drawn into the folder beside the invoice, e-mailed to the customer, and both are on record', async () => {
    const { order } = await shop.returnedOrder();
    await start();
    await jobs.allEnded();
    const { number, snapshot, renderedAt, emailedAt } = await creditNoteOf(order.id);
    expect(renderedAt).toBeInstanceOf(Date);
    expect(emailedAt).toBeInstanceOf(Date);
    const pdf = await readFile(join(invoiceFolder(), paperFileName(number)));
    expect(pdf.equals(await renderer.render(snapshot))).toBe(true);
    expect(await filesIn(invoiceFolder())).toHaveLength(2);
    const mails = await Promise.all(
      (await filesIn(mailFolder())).map((file) => readFile(join(mailFolder(), file), 'utf8')),
    );
    expect(mails.map((mail) => /^Message-ID: <([a-z-]+)\./m.exec(mail)?.[1]).sort()).toEqual([
      'credit-note',
      'invoice',
    ]);
  });

  test('carries the PDF that lies in the folder, or the same one drawn again where it is gone', async () => {
    const { order } = await shop.returnedOrder();
    await render(CREDIT_NOTES)(await jobs.take(onlyOne(await jobs.of(order.id, 'credit_note.render')).id));
    const { number } = await creditNoteOf(order.id);
    const pdf = await readFile(join(invoiceFolder(), paperFileName(number)));
    await rm(invoiceFolder(), { recursive: true });
    const job = await jobs.take(onlyOne(await jobs.of(order.id, 'credit_note.email')).id);
    expect(await email({}, CREDIT_NOTES)(job)).toBe('settled');
    const mail = await onlyMail();
    expect(mail.headers.get('subject')).toContain(`Your credit note ${number}`);
    expect(mail.attachment.equals(pdf)).toBe(true);
    expect(await email({}, CREDIT_NOTES)(job)).toBe('nothing_to_do');
  });

  test('that is not there is given up at once', async () => {
    const { order } = await shop.returnedOrder();
    const job = await jobs.take(onlyOne(await jobs.of(order.id, 'credit_note.render')).id);
    await expect(render(CREDIT_NOTES)({ ...job, subjectId: order.id })).rejects.toThrow(GiveUp);
    await expect(email({}, CREDIT_NOTES)({ ...job, subjectId: order.id })).rejects.toThrow(GiveUp);
    expect(await filesIn(mailFolder())).toEqual([]);
  });
});
