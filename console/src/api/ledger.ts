import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from './client.ts';
import { parseExactly, type Exact } from './exact-sums.ts';
import type { components } from './openapi.ts';
import { noAnswer, problemOf } from './problem.ts';
import { fetchSignedIn } from './session.ts';

type TrialBalance = Exact<components['schemas']['TrialBalance']>;
type CurrencyBalance = TrialBalance['currencies'][number];

/** Instants, the second one exclusive. */
export interface Instants {
  readonly from: string;
  readonly to: string;
}

/** What became of an account, or of all of a currency: debits are positive in its balances, credits negative. */
export interface Movement {
  readonly openingMinor: bigint;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  readonly closingMinor: bigint;
}

export interface CurrencyMovement {
  readonly currency: string;
  readonly accounts: readonly (Movement & { readonly account: string })[];
  readonly total: Movement;
}

export interface PeriodBalance {
  /** Entries may still be added to it. */
  readonly isProvisional: boolean;
  readonly currencies: readonly CurrencyMovement[];
}

/** Each reads the ledger from its beginning: not again at every look into another window. */
const FRESH_MS = 60_000;

/** What a period did to the books: what the trial balance at its end has beyond the one at its beginning. */
export const periodBalanceQuery = ({ from, to }: Instants) =>
  queryOptions({
    queryKey: ['ledger', 'period', from, to],
    queryFn: async ({ signal }) => {
      const [opening, closing] = await Promise.all([readTrialBalance(from, signal), readTrialBalance(to, signal)]);
      return periodBalanceOf(opening, closing);
    },
    staleTime: FRESH_MS,
  });

async function readTrialBalance(before: string, signal: AbortSignal): Promise<TrialBalance> {
  const text = await answerOf(
    api.GET('/v1/ledger/trial-balance', { params: { query: { before } }, parseAs: 'text', signal }),
  );
  return parseExactly(text) as TrialBalance;
}

function periodBalanceOf(opening: TrialBalance, closing: TrialBalance): PeriodBalance {
  return {
    isProvisional: opening.is_provisional || closing.is_provisional,
    // Nothing is ever taken off the ledger: what was there at the beginning is there at the end.
    currencies: closing.currencies.map((atEnd) => {
      const atBeginning = opening.currencies.find(({ currency }) => currency === atEnd.currency);
      return {
        currency: atEnd.currency,
        accounts: atEnd.accounts.map((account) => ({
          account: account.account,
          ...movementOf(
            atBeginning?.accounts.find((each) => each.account === account.account),
            account,
          ),
        })),
        total: movementOf(atBeginning, atEnd),
      };
    }),
  };
}

type Sums = Pick<CurrencyBalance, 'debit_minor' | 'credit_minor' | 'balance_minor'>;

function movementOf(opening: Sums | undefined, closing: Sums): Movement {
  return {
    openingMinor: opening?.balance_minor ?? 0n,
    debitMinor: closing.debit_minor - (opening?.debit_minor ?? 0n),
    creditMinor: closing.credit_minor - (opening?.credit_minor ?? 0n),
    closingMinor: closing.balance_minor,
  };
}

export interface LedgerExport {
  readonly name: string;
  readonly content: Blob;
  /** Entries may still be added to its period. */
  readonly isProvisional: boolean;
}

const FILE_NAME = /filename="([^"]+)"/;

/**
 * Fetched, and not linked to: a link cannot say who asks, and would save what the API answers instead. It takes as long
 * as a year of entries does.
 *
 * @throws ApiProblem when it is refused
 */
export async function exportLedger({ from, to }: Instants): Promise<LedgerExport> {
  const address = `/v1/ledger/export.csv?${new URLSearchParams({ from, to }).toString()}`;
  const response = await fetchSignedIn(new Request(address)).catch(() => {
    throw noAnswer();
  });
  if (!response.ok) throw problemOf(await response.json().catch(() => undefined), response);
  const content = await response.blob().catch(() => {
    throw new Error('It broke off before its end. Nothing was saved.');
  });
  const [, name = 'ledger.csv'] = FILE_NAME.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { name, content, isProvisional: response.headers.get('provisional') === 'true' };
}
