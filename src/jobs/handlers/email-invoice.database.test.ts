import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { retryJob } from '../../../test/support/http/requests.ts';
import { useInvoicing } from '../../../test/support/shop/invoicing.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import type { PlaceOrder } from '../../domain/commands.ts';
import { paperFileName } from '../../invoices/files.ts';
import { MailDelayed, MailRefused, type Mailer } from '../../platform/mail.ts';
import { GiveUp, NotYet } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';

const invoicing = useInvoicing();
const { database, shop, jobs, invoiceFolder, mailFolder, mailer, render, email, start, invoiceOf, filesIn, onlyMail } =
  invoicing;

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

  test('is given up at once when the mail server says that there is nobody of that address', async () => {
    const { job, orderId } = await takenMail();
    const refuses: Mailer = { ...mailer(), send: () => Promise.reject(new MailRefused('550 no such user')) };
    await expect(email({ mailer: refuses })(job)).rejects.toThrow(new GiveUp('550 no such user'));
    expect((await invoiceOf(orderId)).emailedAt).toBeNull();
  });

  describe('while the mail server is away', () => {
    const isAway = (): Mailer => ({ ...mailer(), send: () => Promise.reject(new MailDelayed('connect ECONNREFUSED')) });

    test('waits without counting an attempt, and is asked about again the less often the longer it takes', async () => {
      const { job } = await takenMail();
      const outcomeAfter = (waitedMs: number) =>
        email({ mailer: isAway() })({ ...job, waitedMs }).catch((error: unknown) => error);
      for (const [waitedMs, afterMs] of [
        [0, 30_000],
        [600_000, 300_000],
        [86_400_000, 3_600_000],
      ] as const) {
        expect(await outcomeAfter(waitedMs)).toEqual(new NotYet('connect ECONNREFUSED', afterMs));
      }
    });

    test('fails once that has been so for two days, since it was made or a person ran it again', async () => {
      const { orderId, job } = await takenMail();
      await jobs.loseWorkerOf(job.id);
      await database.pool.query(`UPDATE jobs SET created_at = now() - interval '49 hours' WHERE id = $1`, [job.id]);
      const old = await jobs.take(job.id);
      await expect(email({ mailer: isAway() })(old)).rejects.toThrow(new MailDelayed('connect ECONNREFUSED'));
      await jobs.loseWorkerOf(job.id);
      await shop.engine.execute(retryJob(job.id));
      const retried = await jobs.take(job.id);
      await expect(email({ mailer: isAway() })(retried)).rejects.toThrow(NotYet);
      expect((await invoiceOf(orderId)).emailedAt).toBeNull();
    });
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
