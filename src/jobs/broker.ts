import type { JobKind } from '../domain/decision.ts';

/** What travels: which job to run. Everything else about it is in its row, which alone is the truth. */
export interface JobMessage {
  readonly jobId: number;
  readonly kind: JobKind;
}

/** The broker may not have taken these messages over; all the others of the same call it has. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly messages: readonly JobMessage[];

  constructor(message: string, messages: readonly JobMessage[]) {
    super(message);
    this.messages = messages;
  }
}

/** What a consumer answers: done with it, deliver it again, or set it aside. */
export type Acknowledgement = 'ACK' | 'REQUEUE' | 'DROP';

export type Consumer = (message: JobMessage) => Promise<Acknowledgement>;

/**
 * Carries messages from the relay to the workers, at least once and in any order. It need not be durable: a job whose
 * message is lost is sent again when its lease runs out.
 */
export interface Broker {
  /** How many more messages of the kind it takes now; the relay claims no more jobs than that. */
  room(kind: JobKind): number;
  /** Resolves when the broker has taken the messages over; rejects, by a PublishError where it can tell which not. */
  publish(messages: readonly JobMessage[]): Promise<void>;
  /** Starts delivering, at most so many messages of each kind at once. */
  consume(consumer: Consumer, concurrencyOf: (kind: JobKind) => number): Promise<void>;
  /**
   * Stops delivering and gives back the messages that only this process holds and has not delivered. A broker that keeps
   * its messages outside has none.
   */
  takeBack(): readonly JobMessage[];
  /** Stops delivering; resolves when the consumers under way have answered. */
  close(): Promise<void>;
}
