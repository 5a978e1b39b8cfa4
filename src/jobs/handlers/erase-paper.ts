import type { Reads } from '../../platform/database/pipelined-reads.ts';
import { paperFileName, writePaperFile } from '../../invoices/files.ts';
import { paperMailName } from '../../invoices/paper-mail.ts';
import type { PaperRenderer } from '../../invoices/pdf/renderer.ts';
import type { Mailer } from '../../platform/mail.ts';
import { GiveUp, type JobHandler } from '../handler.ts';
import type { PaperKind } from './papers.ts';

export interface ErasePaperOptions {
  readonly reads: Reads;
  readonly renderer: PaperRenderer;
  readonly mailer: Mailer;
  readonly outputDirectory: string;
}

/** Draws the PDF of a paper whose customer was erased anew, and removes our copy of the e-mail that brought it. */
export function erasePaper(kind: PaperKind, options: ErasePaperOptions): JobHandler {
  const { reads, renderer, mailer, outputDirectory } = options;
  return async (job) => {
    const paper = await kind.read(reads, job.subjectId);
    if (!paper) throw new GiveUp(`there is no ${kind.name} ${job.subjectId}`);
    await mailer.forget(paperMailName(kind.mailedAs, paper.number));
    const pdf = await renderer.render(paper.snapshot);
    await writePaperFile(outputDirectory, paperFileName(paper.number), pdf);
    return 'nothing_to_do';
  };
}
