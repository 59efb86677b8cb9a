import { CutTokens, tokensEach } from './cut-tokens.ts';
import type { Invariant } from './evidence.ts';
import { happenings, type Happening } from './history.ts';
import { limitsOf, changedBy } from './limits.ts';
import { followProxies, membersOf, type Stand } from './proxies.ts';

/**
 * I2: nothing is begun that a budget has no room for, so that it is exceeded at most by what was in flight when it fell,
 * and what was spent was charged. Device hours and money are guarded by an estimate, which no history shows.
 */
export const withinBudget: Invariant = ({ runs }, recipe) => {
  const wrong: string[] = [];
  let limits = limitsOf(recipe.spec.budget);
  let stands: ReadonlyMap<string, Stand> = new Map();
  /** What each proxy is trained on, and how many are in its group. */
  const tokens = new Map<string, number>();
  const sizes = new Map<string, number>();
  let lost = 0;
  const cut = new CutTokens();
  const tokensOf = (ids: Iterable<string>) => [...ids].reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0);
  const standing = (...wanted: Stand[]) => [...stands].flatMap(([id, stand]) => (wanted.includes(stand) ? [id] : []));

  followProxies(happenings(runs), (step, now) => {
    stands = now;
    if (step.kind !== 'message' && step.activity.type === 'trainProxies') cut.follow(step);
    if (step.kind === 'message') {
      limits = { ...limits, ...changedBy(step.name, step.payload) };
    } else if (step.kind === 'lost' && isCharged(step, sizes)) {
      const ids = membersOf(step.activity.input).map(({ id }) => id);
      lost += tokensOf(ids.filter((id) => stands.get(id) === 'free'));
    } else if (step.kind === 'scheduled' && step.activity.type === 'trainProxies') {
      const { id, input } = step.activity;
      const members = membersOf(input);
      for (const member of members) tokens.set(member.id, tokensEach(input));
      sizes.set(id, members.length);
      const taken = standing('flying', 'accepted');
      const flying = standing('flying').length;
      const spent = lost + cut.least + tokensOf(taken);
      const { proxies, trainTokens, concurrency, deadline } = limits;
      if (taken.length > proxies) wrong.push(`${id} is begun as proxy ${taken.length} of ${proxies}`);
      if (spent > trainTokens) wrong.push(`${id} is begun at ${spent} tokens of ${trainTokens}`);
      // A group that goes on may be larger than the concurrency of now: then it is alone.
      if (flying > concurrency && flying > members.length) {
        wrong.push(`${id} is begun with ${flying} in flight, ${concurrency} may be`);
      }
      if (step.at > deadline) wrong.push(`${id} is begun at ${iso(step.at)}, the deadline was ${iso(deadline)}`);
    }
  });

  const spent = lost + tokensOf(standing('accepted'));
  const [least, most] = [spent + cut.least, spent + cut.most];
  const { trainTokens } = recipe.run.charged;
  if (trainTokens < least || trainTokens > most) {
    const told = least === most ? `${least}` : `${least} to ${most}`;
    wrong.push(`${told} tokens were spent, ${trainTokens} were charged`);
  }
  return wrong;
};

/**
 * What failed for good has its price, and its place is free again. A group that is refused is handed back, and its
 * members are tried alone.
 */
function isCharged(
  { activity: { id, type }, failed }: Extract<Happening, { kind: 'lost' }>,
  sizes: ReadonlyMap<string, number>,
): boolean {
  if (failed === undefined || (type !== 'trainProxies' && type !== 'evaluateProxies')) return false;
  const alone = (sizes.get(id.replace(/-evaluate$/, '')) ?? 1) === 1;
  return alone || (failed !== 'badSpec' && failed !== 'badData');
}

const iso = (time: number) => new Date(time).toISOString();
