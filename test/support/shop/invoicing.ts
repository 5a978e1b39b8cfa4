import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from 'vitest';
import { createPaperRenderer, type PaperRenderer } from '../../../src/invoices/pdf/renderer.ts';
import type { JobHandler } from '../../../src/jobs/handler.ts';
import { emailPaper } from '../../../src/jobs/handlers/email-paper.ts';
import { CREDIT_NOTES, INVOICES, type PaperKind } from '../../../src/jobs/handlers/papers.ts';
import { renderPaper } from '../../../src/jobs/handlers/render-paper.ts';
import { createMailer, type Mailer } from '../../../src/platform/mail.ts';
import { readInvoiceOfOrder, type InvoiceView } from '../../../src/queries/papers/invoices.ts';
import { useDatabase, type TestDatabase } from '../database.ts';
import { useEngine, type TestEngine } from '../engine.ts';
import { useJobs, type TestJobs } from '../jobs.ts';

/** All that an invoice passes through: engine, jobs, the real renderer, and folders of the test's own. */
export interface Invoicing {
  readonly database: TestDatabase;
  readonly shop: TestEngine;
  readonly jobs: TestJobs;
  readonly renderer: PaperRenderer;
  /** A new place for each test; the folder itself is made by whoever writes first. */
  readonly invoiceFolder: () => string;
  readonly mailFolder: () => string;
  readonly mailer: () => Mailer;
  readonly render: (kind?: PaperKind) => JobHandler;
  readonly email: (
    parts?: { readonly mailer?: Mailer; readonly renderer?: PaperRenderer },
    kind?: PaperKind,
  ) => JobHandler;
  /** Starts relay and worker. */
  readonly start: () => Promise<void>;
  readonly invoiceOf: (orderId: number) => Promise<InvoiceView>;
  /** The names of the files in a folder, hidden ones too; none where there is no folder. */
  readonly filesIn: (folder: string) => Promise<string[]>;
  readonly onlyMail: () => Promise<Mail>;
}

export interface Mail {
  readonly fileName: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly source: string;
  readonly attachment: Buffer;
}

const MAIL_FROM = 'invoices@example.com';

/** Called at the top of a test file. */
export function useInvoicing(): Invoicing {
  const database = useDatabase();
  const shop = useEngine(database);
  const jobs = useJobs(database);
  const renderer = createPaperRenderer({ threads: 1 });
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roundtrip invoices '));
  });
  afterEach(async () => {
    // The worker must not write any more, and hooks of this kind run last first.
    await jobs.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(() => renderer.close());

  const invoicing: Invoicing = {
    database,
    shop,
    jobs,
    renderer,
    invoiceFolder: () => join(folder, 'invoices'),
    mailFolder: () => join(folder, 'mail'),
    mailer: () => createMailer({ smtpUrl: undefined, outputDirectory: invoicing.mailFolder(), from: MAIL_FROM }),
    render: (kind = INVOICES) =>
      renderPaper(kind, {
        engine: shop.engine,
        reads: database.pool,
        renderer,
        outputDirectory: invoicing.invoiceFolder(),
      }),
    email: (parts, kind = INVOICES) =>
      emailPaper(kind, {
        engine: shop.engine,
        reads: database.pool,
        renderer,
        mailer: invoicing.mailer(),
        mailFrom: MAIL_FROM,
        outputDirectory: invoicing.invoiceFolder(),
        ...parts,
      }),
    start: () =>
      jobs.start({
        'invoice.render': invoicing.render(),
        'invoice.email': invoicing.email(),
        'credit_note.render': invoicing.render(CREDIT_NOTES),
        'credit_note.email': invoicing.email({}, CREDIT_NOTES),
      }),
    invoiceOf: async (orderId) => {
      const invoice = await readInvoiceOfOrder(database.pool, orderId);
      if (!invoice) throw new Error(`order ${orderId} has no invoice`);
      return invoice;
    },
    filesIn: async (path) => {
      try {
        return await readdir(path);
      } catch {
        return [];
      }
    },
    onlyMail: async () => {
      const [fileName, ...others] = await invoicing.filesIn(invoicing.mailFolder());
      if (fileName === undefined || others.length > 0) throw new Error(`there are ${others.length} other e-mails`);
      return readMail(fileName, await readFile(join(invoicing.mailFolder(), fileName), 'utf8'));
    },
  };
  return invoicing;
}

function readMail(fileName: string, source: string): Mail {
  const head = source.slice(0, source.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  const headers = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const attached = /Content-Disposition: attachment[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+?)\r\n--/.exec(source)?.[1];
  return { fileName, source, headers: new Map(headers), attachment: Buffer.from(attached ?? '', 'base64') };
}
