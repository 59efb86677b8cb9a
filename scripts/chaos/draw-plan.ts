import { stream, type Stream } from '../../climb/random.ts';
import { faultPlaces, type FaultPlace } from '../../adapters/fault-points.ts';
import type { Fault, Plan } from './plan.ts';

/** Kinds that a search recovers from: not `hang`, since a stage that heartbeats and never ends looks like a long one. */
const workerKinds = ['kill', 'kill', 'term', 'freeze', 'enospc', 'eio', 'crash', 'delay=700'];
const trainerKinds = ['kill', 'kill', 'term', 'freeze', 'hang', 'enospc', 'crash', 'lost', 'delay=700'];
const trainerPlaces = [
  'train.step',
  'train.beforeCheckpoint',
  'train.midCheckpoint',
  'train.afterCheckpoint',
  'train.beforeResult',
  'evaluate.mid',
];
const strikes = [
  'kill worker',
  'stop worker',
  'freeze worker',
  'kill trainer',
  'freeze trainer',
  'kill server',
  'kill everything',
] as const;

/** Messages that don't change what is found; each pause is followed by its end. */
const tellings = [
  [
    ['pause', { mode: 'drain' }],
    ['resume', {}],
  ],
  [
    ['pause', { mode: 'checkpoint' }],
    ['resume', {}],
  ],
  [
    ['setBudget', { concurrency: 1 }],
    ['setBudget', { concurrency: 4 }],
  ],
  [['setBudget', { trainTokens: 1e9 }]],
  [['setBudget', { proxies: -1 }]],
] as const;

/** How often a place is passed in a search, at least; once where nothing is said. */
const passes: Partial<Record<FaultPlace, number>> = {
  'train.spawn': 10,
  'refit.after': 2,
  'prune.before': 2,
  publish: 120,
};

/** Events of an undisturbed search, nearly: strikes later than its end don't happen. */
const typicalEvents = 130;
const mostFaults = 3;

/** The plan of a seed and a number: one to three faults anywhere. @param draw another where the first struck nothing */
export function drawPlan(seed: number, number: number, trainer: Plan['trainer'], draw = 1): Plan {
  const again = draw > 1 ? [draw] : [];
  const draws = stream(seed, ['chaos', number, ...again]);
  const count = 1 + draws.integer(mostFaults);
  const faults = Array.from({ length: count }, () =>
    pick(draws, [drawWorker, drawTrainer, drawStrike, drawTelling])(draws),
  );
  return {
    name: [`seed-${seed}-plan-${number}`, ...again].join('-'),
    trainer,
    ...(draws.uniform() < 0.2 && { maxHistory: 50 + draws.integer(60) }),
    faults: faults.flat(),
  };
}

const pick = <Item>(draws: Stream, items: readonly Item[]) => items[draws.integer(items.length)] as Item;

function drawWorker(draws: Stream): Fault[] {
  const place = pick(draws, faultPlaces);
  const count = 1 + draws.integer(passes[place] ?? 1);
  return [{ at: 'worker point', fault: `${place}:${pick(draws, workerKinds)}:${count}` }];
}

function drawTrainer(draws: Stream): Fault[] {
  const place = pick(draws, trainerPlaces);
  const count = 1 + draws.integer(place === 'train.beforeResult' || place === 'evaluate.mid' ? 4 : 12);
  return [{ at: 'trainer point', fault: `${place}:${pick(draws, trainerKinds)}:${count}` }];
}

const drawEvents = (draws: Stream) => 3 + draws.integer(typicalEvents);

function drawStrike(draws: Stream): Fault[] {
  return [{ at: 'history', events: drawEvents(draws), do: pick(draws, strikes) }];
}

function drawTelling(draws: Stream): Fault[] {
  const events = drawEvents(draws);
  return pick(draws, tellings).map(([message, payload]) => ({ at: 'history', events, do: 'tell', message, payload }));
}
