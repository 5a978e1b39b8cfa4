import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useInvoicing } from '../../../test/support/shop/invoicing.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import { paperFileName } from '../../invoices/files.ts';
import { GiveUp } from '../handler.ts';

const { database, shop, jobs, invoiceFolder, mailFolder, render, start, invoiceOf, filesIn } = useInvoicing();

const renderJob = async (orderId: number) => onlyOne(await jobs.of(orderId, 'invoice.render'));
const pdfOf = async (orderId: number) =>
  readFile(join(invoiceFolder(), paperFileName((await invoiceOf(orderId)).number)));

describe('shipping an order', () => {
  test('ends with its invoice as one whole PDF under its number, and rendered on record', async () => {
    const { id } = await shop.shippedOrder();
    expect((await invoiceOf(id)).renderedAt).toBeNull();
    await start();
    await jobs.allEnded();
    const { number, renderedAt } = await invoiceOf(id);
    expect(renderedAt).toBeInstanceOf(Date);
    expect(await filesIn(invoiceFolder())).toEqual([paperFileName(number)]);
    const pdf = await pdfOf(id);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.subarray(-6).toString().trim()).toBe('%%EOF');
    expect(await renderJob(id)).toMatchObject({ state: 'DONE', attempts: 1, lastError: null });
  });

  test('gives a customer with an address one e-mail to come, and one without none', async () => {
    const withAddress = await shop.shippedOrder();
    const without = await shop.shippedOrder({ customerEmail: null });
    await start();
    await jobs.allEnded();
    expect(await jobs.of(withAddress.id, 'invoice.email')).toHaveLength(1);
    expect(await jobs.of(without.id, 'invoice.email')).toEqual([]);
    expect(await filesIn(invoiceFolder())).toHaveLength(2);
    expect(await filesIn(mailFolder())).toHaveLength(1);
    expect((await invoiceOf(without.id)).emailedAt).toBeNull();
  });
});

describe('an output folder that cannot be written', () => {
  test('is tried again later and its reason told; the order stays SHIPPED; once mended, the invoice is there', async () => {
    const order = await shop.shippedOrder();
    await writeFile(invoiceFolder(), 'a file where the folder should be');
    await start();
    await expect.poll(async () => (await renderJob(order.id)).lastError, { timeout: 10_000 }).toMatch(/EEXIST|ENOTDIR/);
    await jobs.stop();
    expect(await renderJob(order.id)).toMatchObject({ state: 'READY', attempts: 1 });
    expect((await invoiceOf(order.id)).renderedAt).toBeNull();
    expect(await jobs.of(order.id, 'invoice.email')).toEqual([]);
    const { rows } = await database.pool.query('SELECT state FROM orders WHERE id = $1', [order.id]);
    expect(rows).toEqual([{ state: 'SHIPPED' }]);

    await rm(invoiceFolder());
    await start();
    await jobs.allEnded();
    expect((await invoiceOf(order.id)).renderedAt).toBeInstanceOf(Date);
    expect((await pdfOf(order.id)).byteLength).toBeGreaterThan(1_000);
    expect(await renderJob(order.id)).toMatchObject({ state: 'DONE', lastError: null });
  });

  test('leaves no unfinished file behind', async () => {
    const order = await shop.shippedOrder();
    const { number } = await invoiceOf(order.id);
    // A folder where the file should be: all is written, and then cannot take its name.
    await mkdir(join(invoiceFolder(), paperFileName(number), 'in the way'), { recursive: true });
    const job = await jobs.take((await renderJob(order.id)).id);
    await expect(render()(job)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await filesIn(invoiceFolder())).toEqual([paperFileName(number)]);
    expect((await invoiceOf(order.id)).renderedAt).toBeNull();
  });
});

describe('running the job again', () => {
  test('draws the same bytes over the same file, and asks for no second e-mail', async () => {
    const order = await shop.shippedOrder();
    const job = await jobs.take((await renderJob(order.id)).id);
    expect(await render()(job)).toBe('settled');
    const [first, { renderedAt }] = [await pdfOf(order.id), await invoiceOf(order.id)];
    await rm(invoiceFolder(), { recursive: true });

    expect(await render()(job)).toBe('settled');
    expect((await pdfOf(order.id)).equals(first)).toBe(true);
    expect((await invoiceOf(order.id)).renderedAt).toEqual(renderedAt);
    expect(await jobs.of(order.id, 'invoice.email')).toHaveLength(1);
  });

  test('four times at once is one file and one e-mail to come', async () => {
    const order = await shop.shippedOrder();
    const job = await jobs.take((await renderJob(order.id)).id);
    await Promise.all(Array.from({ length: 4 }, () => render()(job)));
    expect(await filesIn(invoiceFolder())).toHaveLength(1);
    expect(await jobs.of(order.id, 'invoice.email')).toHaveLength(1);
    expect((await renderJob(order.id)).state).toBe('DONE');
  });

  test('of an invoice that is not there is given up at once', async () => {
    const order = await shop.shippedOrder();
    const job = await jobs.take((await renderJob(order.id)).id);
    await expect(render()({ ...job, subjectId: order.id })).rejects.toThrow(GiveUp);
  });
});
