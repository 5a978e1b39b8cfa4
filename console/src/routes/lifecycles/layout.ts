import type { Lifecycle } from '../../api/types.ts';

export interface PlacedState {
  readonly state: string;
  readonly count: number;
  /** How many moves it is from the beginning, along the longest way that never goes back. */
  readonly column: number;
  readonly row: number;
  readonly isFinal: boolean;
}

export interface PlacedMove {
  readonly from: PlacedState;
  readonly to: PlacedState;
  readonly event: string;
  readonly goesBack: boolean;
}

export interface Layout {
  readonly states: readonly PlacedState[];
  readonly moves: readonly PlacedMove[];
  readonly columns: number;
  readonly rows: number;
}

/**
 * Lays a lifecycle out in columns from left to right. The main way, the longest there is, lies in the first row; what
 * branches off lies beneath.
 */
export function layOut({ initial, states, moves }: Lifecycle): Layout {
  const order = new Map(states.map(({ state }, index) => [state, index]));
  const goesBack = ({ from, to }: { readonly from: string; readonly to: string }) =>
    (order.get(to) ?? 0) <= (order.get(from) ?? 0);
  const column = new Map([[initial, 0]]);
  // As many rounds as there are states are enough for the longest way.
  for (let round = 0; round < states.length; round += 1) {
    for (const move of moves) {
      const before = column.get(move.from);
      if (before !== undefined && !goesBack(move)) column.set(move.to, Math.max(column.get(move.to) ?? 0, before + 1));
    }
  }
  const mainWay = longestWay(
    initial,
    moves.filter((move) => !goesBack(move)),
  );
  // A branch lies beneath the column that it leaves from, and not after states that it has nothing to do with.
  for (const { state } of states) {
    if (mainWay.has(state)) continue;
    const from = moves.filter((move) => move.to === state && !goesBack(move)).map((move) => column.get(move.from) ?? 0);
    column.set(state, Math.max(0, ...from) + 1);
  }
  const taken = new Map<number, number>();
  const placed = states.map(({ state, count }): PlacedState => {
    const at = column.get(state) ?? 0;
    const row = mainWay.has(state) ? 0 : (taken.get(at) ?? 0) + 1;
    if (row > 0) taken.set(at, row);
    return { state, count, column: at, row, isFinal: !moves.some(({ from }) => from === state) };
  });
  const byName = new Map(placed.map((each) => [each.state, each]));
  return {
    states: placed,
    moves: moves.flatMap((move) => {
      const [from, to] = [byName.get(move.from), byName.get(move.to)];
      return from && to ? [{ from, to, event: move.event, goesBack: goesBack(move) }] : [];
    }),
    columns: Math.max(...placed.map((each) => each.column)) + 1,
    rows: Math.max(...placed.map((each) => each.row)) + 1,
  };
}

function longestWay(from: string, moves: readonly { readonly from: string; readonly to: string }[]): Set<string> {
  const ways = moves.filter((move) => move.from === from).map((move) => longestWay(move.to, moves));
  const longest = ways.reduce((best, way) => (way.size > best.size ? way : best), new Set<string>());
  return new Set([from, ...longest]);
}
