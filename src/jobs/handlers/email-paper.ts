import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { Engine } from '../../engine/engine.ts';
import { paperFileName, readPaperFile } from '../../invoices/files.ts';
import { composePaperMail } from '../../invoices/paper-mail.ts';
import type { PaperRenderer } from '../../invoices/pdf/renderer.ts';
import { MailDelayed, MailRefused, type Mailer } from '../../platform/mail.ts';
import { mailDelayMs } from '../back-off.ts';
import { GiveUp, NotYet, type JobHandler } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';
import type { PaperKind } from './papers.ts';
import { settle } from './settle.ts';

export interface EmailPaperOptions {
  readonly engine: Engine;
  readonly reads: Reads;
  readonly renderer: PaperRenderer;
  readonly mailer: Mailer;
  readonly mailFrom: string;
  readonly outputDirectory: string;
}

/**
 * Sends the customer a paper. A worker that dies after the mail server accepted sends it again: with the same
 * Message-ID, by which mail programs know it for the same message.
 */
export function emailPaper(kind: PaperKind, options: EmailPaperOptions): JobHandler {
  const { engine, reads, renderer, mailer, mailFrom, outputDirectory } = options;
  return async (job) => {
    const paper = await kind.read(reads, job.subjectId);
    if (!paper) throw new GiveUp(`there is no ${kind.name} ${job.subjectId}`);
    if (paper.emailedAt || paper.snapshot.customer.email === null) return 'nothing_to_do';
    const file = await readPaperFile(outputDirectory, paperFileName(paper.number));
    const pdf = file ?? (await renderer.render(paper.snapshot));
    await mailer.send(composePaperMail(paper.snapshot, pdf, mailFrom)).catch((error: unknown) => {
      throw meaningOf(error, job);
    });
    return settle(engine, job, kind.mark(paper.id, 'emailed'));
  };
}

/** A server that is away for a night makes no dead letters; an address that nobody has is one at once. */
function meaningOf(error: unknown, { waitedMs }: RunningJob): unknown {
  // The TypeError is the mailer's word for what is no address: waiting does not make it one.
  if (error instanceof MailRefused || error instanceof TypeError) return new GiveUp(error.message);
  const afterMs = error instanceof MailDelayed ? mailDelayMs(waitedMs) : undefined;
  return error instanceof MailDelayed && afterMs !== undefined ? new NotYet(error.message, afterMs) : error;
}
