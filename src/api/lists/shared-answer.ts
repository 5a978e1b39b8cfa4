import type { FastifyReply } from 'fastify';
import type { SharedReads } from '../../platform/sharing/shared-reads.ts';

/** An answer in words, as its route's schema has it. */
export type Worded = ReturnType<FastifyReply['serialize']>;

/**
 * Answers all who ask for the same thing at once with one reading, put into words once. Most of what a list costs is
 * reading and wording its rows, and a desk's screens all ask for the same one.
 *
 * @param asked what the answer depends on, the caller's scope included
 */
export async function answerShared(
  reply: FastifyReply,
  reads: SharedReads<Worded>,
  asked: unknown,
  read: (looks: () => void) => Promise<object>,
): Promise<void> {
  const body = await reads.ask(JSON.stringify(asked), async (looks) => reply.serialize(await read(looks)));
  void reply.type('application/json; charset=utf-8').send(body);
}
