import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { unlessMissing, writeWholeFileIn } from './files.ts';

export interface MailMessage {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** With its angle brackets. The same message keeps it, however often it is sent. */
  readonly messageId: string;
  readonly date: Date;
  readonly attachments: readonly MailAttachment[];
}

export interface MailAttachment {
  readonly fileName: string;
  readonly content: Uint8Array;
  readonly contentType: string;
}

export interface Mailer {
  /**
   * Resolves when the mail server, or the folder, has taken the message.
   *
   * @throws MailDelayed when the mail server is away, or wants it later
   * @throws MailRefused when the mail server never takes a message for this recipient
   * @throws TypeError when `to` is not one address or `messageId` is no Message-ID
   */
  send(message: MailMessage): Promise<void>;
  /**
   * Removes our own copies of the messages whose Message-ID begins with this, up to its @: the domain behind it may have
   * changed since. What a mail server has taken is out of our hands.
   */
  forget(localPart: string): Promise<void>;
  close(): void;
}

/** The mail server cannot be reached, or says that it may take the message later. */
export class MailDelayed extends Error {
  override readonly name = 'MailDelayed';
}

/** The mail server takes no message for this recipient, however often it is asked: nobody has the address, say. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

export interface MailerOptions {
  /**
   * By `smtps:` encrypted from the first byte; by `smtp:` once STARTTLS has been agreed on, or the message stays here: but
   * for this machine's own server, and one with `?tls=optional`. Undefined: messages become `.eml` files in
   * `outputDirectory`.
   */
  readonly smtpUrl: string | undefined;
  readonly outputDirectory: string;
  readonly from: string;
  /** How long a mail server may take over one message, with the wait for a connection to it. */
  readonly mostSendMs?: number;
}

/** One address as people have them, without what the syntax of mail gives a meaning to: quotes, comments, lists. */
const ONE_ADDRESS = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u;
const MESSAGE_ID = /^<[^\s\p{Cc}<>]+>$/u;

/** A message is made of what it says: nothing in it may make us read a file or fetch a page. */
const INERT = { disableFileAccess: true, disableUrlAccess: true };
/** These are about silence: a server that goes on and on ends at `mostSendMs`. */
const SMTP_TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
const MOST_SEND_MS = 180_000;

export function createMailer(options: MailerOptions): Mailer {
  const { smtpUrl, outputDirectory, from } = options;
  return smtpUrl === undefined ? folderMailer(outputDirectory, from) : smtpMailer(smtpUrl, options);
}

function smtpMailer(
  smtpUrl: string,
  { outputDirectory, from, mostSendMs = MOST_SEND_MS }: Omit<MailerOptions, 'smtpUrl'>,
): Mailer {
  const url = new URL(smtpUrl);
  const transport = createTransport({
    ...INERT,
    ...SMTP_TIMEOUTS,
    pool: true,
    // Without the brackets that an IPv6 address has in a URL.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : undefined,
    secure: url.protocol === 'smtps:',
    requireTLS: url.protocol === 'smtp:' && !mayBePlain(url),
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined,
  });
  return {
    send: async (message) => {
      const mail = fields(message, from);
      // Closes the connection too, so that the next message gets another.
      const signal = AbortSignal.timeout(mostSendMs);
      await transport.sendMail({ ...mail, signal }).catch((error: unknown) => {
        if (!signal.aborted) throw meaningOf(error);
        throw new MailDelayed(`the mail server was not through with it within ${mostSendMs / 1_000} s`);
      });
    },
    // It may have become a file before there was a mail server.
    forget: (localPart) => forgetIn(outputDirectory, localPart),
    close: () => {
      transport.close();
    },
  };
}

const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Whether a message and the password may go in the clear where the server offers no STARTTLS: else somebody between here
 * and there need only take the offer out to read both.
 */
function mayBePlain({ hostname, searchParams }: URL): boolean {
  return LOOPBACK_HOSTS.includes(hostname) || searchParams.get('tls') === 'optional';
}

const CONNECTION_FAULTS: readonly unknown[] = ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS'];
/** A command that came out of turn: nothing is said about the recipient. */
const BAD_SEQUENCE = 503;

function meaningOf(error: unknown): Error {
  const words = withoutAddresses(error instanceof Error ? error.message : String(error));
  const { code, command, responseCode } = error as { code?: unknown; command?: unknown; responseCode?: unknown };
  if (typeof responseCode !== 'number')
    return CONNECTION_FAULTS.includes(code) ? new MailDelayed(words) : new Error(words);
  if (responseCode < 500) return new MailDelayed(words);
  return command === 'RCPT TO' && responseCode !== BAD_SEQUENCE ? new MailRefused(words) : new Error(words);
}

const WORD = /[^\s<>"]+/g;

/** A server says whom it does not know. What it says goes into logs and the job's record, where no person should be. */
function withoutAddresses(answer: string): string {
  return answer.replaceAll(WORD, (word) => (word.includes('@') ? '(address)' : word));
}

/** Writes each message as a mail program would keep it. The same message is the same file. */
function folderMailer(outputDirectory: string, from: string): Mailer {
  const transport = createTransport({ ...INERT, streamTransport: true, buffer: true });
  return {
    send: async (message) => {
      const { message: eml } = await transport.sendMail(fields(message, from));
      if (!Buffer.isBuffer(eml)) throw new TypeError('the message was not composed into a buffer');
      await writeWholeFileIn(outputDirectory, emlFileName(message.messageId), eml);
    },
    forget: (localPart) => forgetIn(outputDirectory, localPart),
    close: () => undefined,
  };
}

async function forgetIn(outputDirectory: string, localPart: string): Promise<void> {
  const beginning = asFileName(`${localPart}@`);
  const names = (await unlessMissing(readdir(outputDirectory))) ?? [];
  for (const name of names) {
    if (name.startsWith(beginning)) await rm(join(outputDirectory, name), { force: true });
  }
}

function emlFileName(messageId: string): string {
  return `${asFileName(messageId.replace(/[<>]/g, ''))}.eml`;
}

function asFileName(text: string): string {
  return text.replace(/[^A-Za-z0-9@._-]/g, '-');
}

/** The recipient is an object, not text: text would be parsed, and might name more than one. */
function fields({ to, subject, text, messageId, date, attachments }: MailMessage, from: string) {
  if (!ONE_ADDRESS.test(to)) throw new TypeError('the recipient is not one e-mail address');
  if (!MESSAGE_ID.test(messageId)) throw new TypeError(`not a Message-ID: ${JSON.stringify(messageId)}`);
  return {
    from,
    to: { name: '', address: to },
    subject: subject.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    text,
    messageId,
    date,
    baseBoundary: boundaryOf(messageId, text, attachments),
    attachments: attachments.map(({ fileName, content, contentType }) => ({
      filename: fileName,
      content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      contentType,
    })),
  };
}

/**
 * Random by default, but a repeated message is the same bytes. Made of all that it parts, so that nobody who words some
 * of it can foresee it and end a part early.
 */
function boundaryOf(messageId: string, text: string, attachments: readonly MailAttachment[]): string {
  const hash = createHash('sha256').update(messageId).update(text);
  for (const { content } of attachments) hash.update(content);
  return hash.digest('hex').slice(0, 32);
}
