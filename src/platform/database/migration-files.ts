import { readFile } from 'node:fs/promises';
import type { MigrationBuilder } from 'node-pg-migrate';

/** The first line of a file whose statements run one by one, each committing by itself. */
const WITHOUT_TRANSACTION = '-- Without a transaction.';
const STATEMENT_END = /;[^\S\n]*(?:\n|$)/;
const COMMENT_LINES = /^[ \t]*--.*$/gm;

/** What a migration's file holds. */
export interface MigrationFile {
  /** Whether its statements are all done or none is, and its locks are held to its end. */
  readonly isTransaction: boolean;
  readonly statements: readonly string[];
}

/**
 * Reads the text of a migration. It is one transaction, handed over whole, unless its first line says otherwise: then a
 * semicolon at a line's end ends a statement. What has to run like that is an index made CONCURRENTLY, for which no
 * writer waits. It may be cut short and then begins anew, so it first drops what the last try may have left.
 */
export function parseMigration(text: string): MigrationFile {
  if (!text.startsWith(WITHOUT_TRANSACTION)) return { isTransaction: true, statements: [text] };
  const statements = text.split(STATEMENT_END).filter((part) => part.replaceAll(COMMENT_LINES, '').trim() !== '');
  return { isTransaction: false, statements };
}

/** What is wrong with a file, in words; undefined: nothing. */
export function faultOf(text: string): string | undefined {
  const { isTransaction, statements } = parseMigration(text);
  const plain = statements.map((statement) => statement.replaceAll(COMMENT_LINES, '').trim());
  const isConcurrent = (statement: string) => /^(?:CREATE (?:UNIQUE )?|DROP )INDEX CONCURRENTLY\b/.test(statement);
  if (isTransaction) {
    if (!plain.some((statement) => /\bINDEX CONCURRENTLY\b/.test(statement))) return undefined;
    return `CONCURRENTLY works in no transaction: begin the file with "${WITHOUT_TRANSACTION}"`;
  }
  if (!plain.every(isConcurrent)) {
    return 'without a transaction only indexes are made or dropped, CONCURRENTLY: the rest belongs into a file of its own';
  }
  const left = plain.flatMap((statement, index) => {
    const name = /^CREATE .*?CONCURRENTLY (?:IF NOT EXISTS )?(\w+)/.exec(statement)?.[1];
    if (name === undefined) return [];
    return plain.slice(0, index).includes(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`) ? [] : [name];
  });
  if (left.length === 0) return undefined;
  return `a try that was cut short leaves ${left.join(', ')} behind, which must be dropped first, CONCURRENTLY IF EXISTS`;
}

/**
 * The files in the shape in which node-pg-migrate takes them.
 *
 * @param unhurried a statement that comes before those of a file without a transaction
 */
export async function loadMigrations(
  paths: readonly string[],
  unhurried: string,
): Promise<{ id: string; filePaths: string[]; actions: MigrationActions }[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return paths.map((path, index) => {
    const file = parseMigration(texts[index] ?? '');
    return { id: path, filePaths: [path], actions: actionsOf(file, unhurried) };
  });
}

interface MigrationActions {
  readonly up: (builder: MigrationBuilder) => void;
  readonly down: false;
}

function actionsOf({ isTransaction, statements }: MigrationFile, unhurried: string): MigrationActions {
  return {
    up: (builder) => {
      if (!isTransaction) {
        builder.noTransaction();
        builder.sql(unhurried);
      }
      for (const statement of statements) builder.sql(statement);
    },
    down: false,
  };
}
