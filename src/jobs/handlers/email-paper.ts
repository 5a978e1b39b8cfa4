import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { Engine } from '../../engine/engine.ts';
import { paperFileName, readPaperFile } from '../../invoices/files.ts';
import { composePaperMail } from '../../invoices/paper-mail.ts';
import type { PaperRenderer } from '../../invoices/pdf/renderer.ts';
import type { Mailer } from '../../platform/mail.ts';
import { GiveUp, type JobHandler } from '../handler.ts';
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
      // The mailer's word for what is no address: waiting does not make it one.
      throw error instanceof TypeError ? new GiveUp(error.message) : error;
    });
    return settle(engine, job, kind.mark(paper.id, 'emailed'));
  };
}
