/** What a list of passwords begins with, and whoever guesses tries with something before or behind. */
const TRIED_FIRST = [
  ['password', 'passwort', 'passphrase', 'passcode', 'secret', 'letmein', 'changeme', 'trustno1', 'opensesame'],
  ['administrator', 'admin', 'manager', 'master', 'superuser', 'system', 'root', 'user', 'guest', 'login', 'support'],
  ['welcome', 'hello', 'default', 'temporary', 'temp', 'testing', 'test', 'whatever', 'computer', 'internet'],
  ['iloveyou', 'sunshine', 'princess', 'dragon', 'monkey', 'shadow', 'football', 'baseball', 'cricket', 'superman'],
  ['batman', 'pokemon', 'starwars', 'minecraft', 'google', 'facebook', 'azerty', 'qwertz'],
  ['spring', 'summer', 'autumn', 'winter', 'warehouse', 'returns', 'orders', 'office', 'company'],
].flat();

/**
 * Of the passwords with twelve characters and more among the 30,000 most common, those that people would choose here and
 * that are not seen through otherwise. From the list that zxcvbn 4.4.2 has (MIT; Dropbox, after Mark Burnett's).
 */
const COMMON_AND_LONG = [
  ['leavemealone', 'sonyericsson', 'finalfantasy', 'websolutions', 'justinbieber', 'needforspeed', 'counterstrike'],
  ['whosyourdaddy', 'devilmaycry', 'iseedeadpeople', 'jamesbond', '4815162342', 'playstation', 'ingodwetrust'],
  ['peanutbutter', 'residentevil', 'stratocaster', 'punksnotdead', 'nightcrawler', 'sanfrancisco', 'greenlantern'],
  ['warhammer40k', 'morganstanley', 'michaeljackson', 'ilovemyfamily', 'weihnachtsbaum', 'sonnenschein', 'christopher'],
  ['systemofadown', 'mortalkombat', 'thecakeisalie', 'ontheoutside', 'massimiliano', 'vladimirovna', 'chickenwing'],
  ['businessbabe', 'networking', 'digitalprodu', '112233445566', '010203040506', '102030405060', '014702580369'],
  ['541233432442', '159753456852', '12qw34er56ty', 'qwaszxerdfcv', 'ghbdtnrfrltkf', 'fktrcfylhjdf', 'ghjcnjgfhjkm'],
].flat();

/** Along which fingers run over a keyboard, and the alphabet; a shorter part of one is in too many words. */
const LINES = [
  { keys: ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'], shortest: 3 },
  { keys: ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik', '9ol'], shortest: 3 },
  {
    keys: [
      '1q2w3e4r5t6y7u8i9o0p',
      'q1w2e3r4t5y6u7i8o9p0',
      'a1s2d3f4g5h6j7k8l9',
      '1a2s3d4f5g6h7j8k9l',
      'z1x2c3v4b5n6m7',
    ],
    shortest: 4,
  },
  { keys: ['1qa2ws3ed4rf5tg6yh', 'qawsedrftgyhujikolp', 'azsxdcfvgbhnjm', 'abcdefghijklmnopqrstuvwxyz'], shortest: 4 },
].flatMap(({ keys, shortest }) =>
  keys.flatMap((line) => [line, Array.from(line).reverse().join('')].map((text) => ({ text, shortest }))),
);

/** What is written in the place of a letter, as everybody knows. */
const LETTER_OF = new Map(
  Object.entries({ '0': 'o', '1': 'i', '!': 'i', '3': 'e', '4': 'a', '@': 'a', '5': 's', $: 's', '7': 't' }),
);
const SHORTEST_REPETITION = 3;
const YEAR = /^(?:19|20)[0-9]{2}$/;
const DIGITS_OF_A_YEAR = 4;

/**
 * Of how many pieces somebody who guesses would put a text together: a word that is tried first is one, and so are a run
 * along the keyboard, a year, and a character however often; every other character is one by itself.
 *
 * @param text in small letters
 */
export function countGuessablePieces(text: string): number {
  const plain = plainOf(text);
  let pieces = 0;
  for (let at = 0; at < text.length; pieces += 1) {
    at += Math.max(
      characterLength(text, at),
      wordLength(plain, at),
      lineLength(text, at),
      repetitionLength(text, at),
      YEAR.test(text.slice(at, at + DIGITS_OF_A_YEAR)) ? DIGITS_OF_A_YEAR : 0,
    );
  }
  return pieces;
}

function plainOf(text: string): string {
  return Array.from(text, (character) => LETTER_OF.get(character) ?? character).join('');
}

const WORDS = [...TRIED_FIRST, ...COMMON_AND_LONG].map(plainOf);

function wordLength(plain: string, at: number): number {
  return Math.max(0, ...WORDS.filter((word) => plain.startsWith(word, at)).map(({ length }) => length));
}

/** How far it goes along one of the lines; 0: not as far as counts. */
function lineLength(text: string, at: number): number {
  let longest = 0;
  for (const { text: line, shortest } of LINES) {
    const start = line.indexOf(text.slice(at, at + shortest));
    if (start < 0 || at + shortest > text.length) continue;
    let length = shortest;
    while (start + length < line.length && line[start + length] === text[at + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function repetitionLength(text: string, at: number): number {
  let length = 1;
  while (text[at + length] === text[at]) length += 1;
  return length >= SHORTEST_REPETITION ? length : 0;
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
