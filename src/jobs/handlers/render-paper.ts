import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { Engine } from '../../engine/engine.ts';
import { paperFileName, writePaperFile } from '../../invoices/files.ts';
import type { PaperRenderer } from '../../invoices/pdf/renderer.ts';
import { GiveUp, type JobHandler } from '../handler.ts';
import type { PaperKind } from './papers.ts';
import { settle } from './settle.ts';

export interface RenderPaperOptions {
  readonly engine: Engine;
  readonly reads: Reads;
  readonly renderer: PaperRenderer;
  readonly outputDirectory: string;
}

/** Draws a paper's PDF into its folder. The same paper gives the same bytes under the same name, however often. */
export function renderPaper(kind: PaperKind, options: RenderPaperOptions): JobHandler {
  const { engine, reads, renderer, outputDirectory } = options;
  return async (job) => {
    const paper = await kind.read(reads, job.subjectId);
    if (!paper) throw new GiveUp(`there is no ${kind.name} ${job.subjectId}`);
    const pdf = await renderer.render(paper.snapshot);
    await writePaperFile(outputDirectory, paperFileName(paper.number), pdf);
    return settle(engine, job, kind.mark(paper.id, 'rendered'));
  };
}
