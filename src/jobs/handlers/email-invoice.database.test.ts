import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useInvoicing } from '../../../test/support/shop/invoicing.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import type { PlaceOrder } from '../../domain/commands.ts';
import { paperFileName } from '../../invoices/files.ts';
import type { Mailer } from '../../platform/mail.ts';
import { GiveUp } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';

const invoicing = useInvoicing();
const { shop, jobs, invoiceFolder, mailFolder, mailer, render, email, start, invoiceOf, filesIn, onlyMail } = invoicing;

const emailJob = async (orderId: number) => onlyOne(await jobs.of(orderId, 'invoice.email'));

/** A shipped order whose invoice is rendered, with the e-mail job that this test has taken. */
async function takenMail(fields?: Partial<PlaceOrder>): Promise<{ orderId: number; pdf: Buffer; job: RunningJob }> {
  const { id: orderId } = await shop.shippedOrder(fields);
  const [rendering] = await jobs.of(orderId, 'invoice.render');
  await render()(await jobs.take(rendering?.id ?? 0));
  const pdf = await readFile(join(invoiceFolder(), paperFileName((await invoiceOf(orderId)).number)));
  return { orderId, pdf, job: await jobs.take((await emailJob(orderId)).id) };
}

describe('the e-mail of an invoice', () => {
  test('goes to the customer with the PDF that lies in the folder, and is on record', async () => {
    const { id } = await shop.shippedOrder();
    await start();
    await jobs.allEnded();
    const { number, emailedAt } = await invoiceOf(id);
    expect(emailedAt).toBeInstanceOf(Date);
    const mail = await onlyMail();
    expect(mail.headers.get('to')).toBe('asha@example.com');
    expect(mail.headers.get('from')).toBe('invoices@example.com');
    expect(mail.headers.get('subject')).toContain(number);
    expect(mail.source).toContain(`filename=${paperFileName(number)}`);
    const pdf = await readFile(join(invoiceFolder(), paperFileName(number)));
    expect(mail.attachment.equals(pdf)).toBe(true);
    expect(await emailJob(id)).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
  });

  test('carries the same PDF when the file is gone', async () => {
    const { orderId, pdf, job } = await takenMail();
    await rm(invoiceFolder(), { recursive: true });
    expect(await email()(job)).toBe('settled');
    expect((await onlyMail()).attachment.equals(pdf)).toBe(true);
    expect((await invoiceOf(orderId)).emailedAt).toBeInstanceOf(Date);
  });

  test('is not sent again once it is on record', async () => {
    const { job } = await takenMail();
    expect(await email()(job)).toBe('settled');
    const sendsNothing: Mailer = { ...mailer(), send: () => Promise.reject(new Error('it was sent again')) };
    expect(await email({ mailer: sendsNothing })(job)).toBe('nothing_to_do');
  });

  test('is the same message, by its Message-ID and its bytes, when a worker died after it was sent', async () => {
    const { orderId, job } = await takenMail();
    const dies: Mailer = {
      ...mailer(),
      send: async (message) => {
        await mailer().send(message);
        throw new Error('the worker was killed');
      },
    };
    await expect(email({ mailer: dies })(job)).rejects.toThrow('the worker was killed');
    const first = await onlyMail();
    expect((await invoiceOf(orderId)).emailedAt).toBeNull();

    await jobs.loseWorkerOf(job.id);
    expect(await email()(await jobs.take(job.id))).toBe('settled');
    const second = await onlyMail();
    expect(second.headers.get('message-id')).toMatch(/^<.+@example\.com>$/);
    expect(second.headers.get('message-id')).toBe(first.headers.get('message-id'));
    expect(second.source).toBe(first.source);
    expect((await invoiceOf(orderId)).emailedAt).toBeInstanceOf(Date);
  });

  test('waits for a mail server that is away: the job says why, and the invoice is sent when it is back', async () => {
    const { id } = await shop.shippedOrder();
    await writeFile(mailFolder(), 'a file where the folder should be');
    await start();
    const lastError = async () => (await jobs.of(id, 'invoice.email'))[0]?.lastError;
    await expect.poll(lastError, { timeout: 10_000 }).toMatch(/EEXIST|ENOTDIR/);
    expect((await invoiceOf(id)).emailedAt).toBeNull();
    await rm(mailFolder());
    await jobs.allEnded();
    expect((await onlyMail()).headers.get('to')).toBe('asha@example.com');
    expect((await invoiceOf(id)).emailedAt).toBeInstanceOf(Date);
  });

  test('is sent to nobody when the address would be several, or a header of its own', async () => {
    const { orderId, job } = await takenMail({ customerEmail: 'a@example.com, b@example.com\r\nBcc: c@example.com' });
    await expect(email()(job)).rejects.toThrow('not one e-mail address');
    expect(await filesIn(mailFolder())).toEqual([]);
    expect((await invoiceOf(orderId)).emailedAt).toBeNull();
  });

  test('of an invoice that is not there is given up at once', async () => {
    const { orderId, job } = await takenMail();
    await expect(email()({ ...job, subjectId: orderId })).rejects.toThrow(GiveUp);
    expect(await filesIn(mailFolder())).toEqual([]);
  });
});
