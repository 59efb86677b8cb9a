/**
 * How a search is held: `drain` lets running proxies finish, `checkpoint` ends them at their next checkpoint and trains
 * them on from there after `resume`.
 */
export type PauseMode = 'drain' | 'checkpoint';

/** A state of before there were two modes says true: it drained. */
export function pauseMode(paused: boolean | PauseMode): PauseMode | null {
  return paused === true ? 'drain' : paused === false ? null : paused;
}

export const isPaused = ({ paused }: { readonly paused: boolean | PauseMode }): boolean => paused !== false;
