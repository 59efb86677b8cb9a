import type { CostEstimate } from '../climb/spec/cost.ts';
import { planSearch, scheduleOf, sharedIterations } from '../climb/spec/plan.ts';
import { proxyPresets } from '../climb/spec/proxy-presets.ts';
import { searchSettings } from '../climb/spec/search-presets.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';

/** Where a search would run, as far as its cost depends on it. */
export type Place = {
  /** Proxies that train at once on this worker. */
  readonly slots: number;
  /** State folder, and what is free on its disk. */
  readonly home: string;
  readonly freeBytes: number;
  /** Of the search's trainer. */
  readonly device: 'cpu' | 'cuda';
  /** Measured here at the search's shape, where it was. */
  readonly tokensPerSecond: number | undefined;
};

/** What `climb check` prints of a search's cost, and what will stand in its way. */
export function costLines(spec: SearchSpec, cost: CostEstimate, place: Place): string {
  const parts = [
    [cost.trunk.proxies, 'for the trunk'],
    [cost.searchProxies, 'to search'],
    [cost.regmix.proxies, "for RegMix's search"],
    [cost.verifyProxies, 'to verify'],
    [cost.ladder.proxies, 'on the ladder'],
    [cost.efficiency.proxies, 'at fewer tokens'],
  ] as const;
  const proxies = parts.reduce((sum, [count]) => sum + count, 0);
  const named = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const parallel = Math.min(place.slots, spec.budget.concurrency);
  return [
    `proxies   ${proxies} (${named.join(', ')})`,
    `schedule  ${scheduleLine(spec)}`,
    `tokens    ${cost.trainTokens.toLocaleString('en-US')}`,
    `time      ${duration(cost.hours)} with ${parallel} at once (${duration(cost.occupiedHours)} of one device; ${speedOf(cost, place)})`,
    ...moneyLine(spec.budget, cost),
    `disk      about ${(cost.diskBytes / 1e9).toFixed(2)} GB of ${(place.freeBytes / 1e9).toFixed(1)} GB free`,
    ...warnings(spec, cost, place).map((warning) => `warning   ${warning}`),
  ].join('\n');
}

/** `8, then 4 each: 3 iterations at most, fewer where a further batch would gain less than the noise of one run`. */
function scheduleLine(spec: SearchSpec): string {
  const { iterations } = planSearch(spec);
  const schedule = scheduleOf(spec);
  const shared = sharedIterations(spec);
  const own = iterations - shared;
  if (own === 0) return `no iteration after the ${shared} that it shares: verification alone`;
  const listed = schedule.sizes.slice(shared, iterations).join(', ');
  const rest = iterations > Math.max(shared, schedule.sizes.length) ? [`${schedule.then} each`] : [];
  const sizes = [listed, ...rest].filter(Boolean).join(', then ');
  const after = shared === 0 ? '' : ` after the ${shared} that it shares`;
  const early =
    searchSettings(spec).stop.gain === false
      ? ''
      : ' at most, fewer where a further batch would gain less than the noise of one run';
  return `${sizes}: ${own} ${own === 1 ? 'iteration' : 'iterations'}${after}${early}`;
}

function moneyLine({ money }: SearchSpec['budget'], { occupiedHours }: CostEstimate): string[] {
  if (money === undefined) return [];
  const { limit, perDeviceHour, currency } = money;
  return [`money     ${(occupiedHours * perDeviceHour).toFixed(2)} of ${limit}${currency ? ` ${currency}` : ''}`];
}

function speedOf({ speed }: CostEstimate, { tokensPerSecond = 0 }: Place): string {
  if (speed === 'measured here') return `${Math.round(tokensPerSecond).toLocaleString('en-US')} tokens/s measured here`;
  return speed === 'measured'
    ? `the preset's speed; none measured here yet`
    : `an estimate: this preset's speed was never measured, here or elsewhere`;
}

function warnings({ budget, proxy }: SearchSpec, cost: CostEstimate, { home, freeBytes, device }: Place): string[] {
  const { deviceHours = Infinity, money } = budget;
  const meant = proxyPresets[proxy.preset].speed.device;
  return [
    ...(cost.speed !== 'measured here' && meant !== device
      ? [
          `the preset ${proxy.preset} is timed for ${meant} and the trainer ${proxy.trainer} runs on ${device}: the time above can be wrong by orders of magnitude; choose a preset for ${device}, or another proxy.trainer`,
        ]
      : []),
    ...(cost.occupiedHours > deviceHours
      ? [`budget.deviceHours = ${deviceHours} will end the search before its last iteration`]
      : []),
    ...(money !== undefined && cost.occupiedHours * money.perDeviceHour > money.limit
      ? [`budget.money.limit = ${money.limit} will end the search before its last iteration`]
      : []),
    ...(cost.diskBytes > freeBytes ? [`the disk of ${home} is too small; name another folder in CLIMB_HOME`] : []),
  ];
}

const duration = (hours: number) => (hours < 2 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`);
