/**
 * Loaded into a worker before anything else: SIGUSR2 makes its clock jump by FAULTS_CLOCK_JUMP_MS, and jump back at the
 * next one. Only the time of day jumps, as when a clock is set; timers count on as they do on a real machine.
 */
const jumpMs = Number(process.env['FAULTS_CLOCK_JUMP_MS'] ?? 0);
let shiftMs = 0;

process.on('SIGUSR2', () => {
  shiftMs = shiftMs === 0 ? jumpMs : 0;
});

const RealDate = Date;
const now = (): number => RealDate.now() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
});
