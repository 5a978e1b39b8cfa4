/** In the place of what somebody has written. */
export const ERASED_TEXT = 'Erased';
