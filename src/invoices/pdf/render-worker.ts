import { move } from 'piscina';
import { renderPdf } from './render.ts';
import type { RenderTask } from './renderer.ts';

/** Runs in a worker thread (see renderer.ts). The bytes are handed over, not copied. */
export default async function renderInThread({ snapshot, signingKey }: RenderTask): Promise<ReturnType<typeof move>> {
  return move(new Uint8Array(await renderPdf(snapshot, signingKey)));
}
