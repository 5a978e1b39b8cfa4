/** How much one process takes on at once. 0: as much as comes. */
export interface LoadBounds {
  /** Requests that are not answered yet. */
  readonly mostInProgress: number;
  /** Of these, what one caller may have. */
  readonly mostInProgressPerCaller: number;
  /** How long the event loop may keep what is due waiting, on average. */
  readonly mostEventLoopDelayMs: number;
}

export const NO_BOUNDS: LoadBounds = { mostInProgress: 0, mostInProgressPerCaller: 0, mostEventLoopDelayMs: 0 };
