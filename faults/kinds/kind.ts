import type { Random } from '../random.ts';
import type { World } from '../world/world.ts';

export interface StrikeContext {
  readonly world: World;
  /** For every choice that the fault makes, so that the same seed makes the same ones. */
  readonly random: Random;
  /** Less patient where a fault is only long because it is long. */
  readonly isShort: boolean;
}

/** Something that goes wrong. */
export interface FaultKind {
  readonly name: string;
  /** Left out of the short form, which has others of its like. */
  readonly onlyInLong?: true;
  /** Why it cannot be done here; undefined: it can. */
  readonly absence?: (world: World) => string | undefined;
  /** Does it, while the load goes on, and heals it: when this resolves, nothing keeps the system from recovering. */
  readonly strike: (context: StrikeContext) => Promise<void>;
}
