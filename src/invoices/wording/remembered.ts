const MOST_REMEMBERED = 100;

/**
 * Keeps what `make` answers, because the formats of Intl take longer to make than a page to draw. Locales, currencies
 * and time zones are few; should they be many, all is forgotten and remembered anew.
 */
export function remembered<Parts extends readonly string[], Made>(
  make: (...parts: Parts) => Made,
): (...parts: Parts) => Made {
  const known = new Map<string, Made>();
  return (...parts) => {
    const key = parts.join(' ');
    let made = known.get(key);
    if (made === undefined) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      made = make(...parts);
      known.set(key, made);
    }
    return made;
  };
}
