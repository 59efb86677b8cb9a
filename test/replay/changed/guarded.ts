/** The same change as docs/patching.md asks for it: only searches that begin with this code wait. */
import { patched, sleep } from '@temporalio/workflow';
import { climbSearch as search } from '../../../workflows/index.ts';

export async function climbSearch(...input: Parameters<typeof search>): ReturnType<typeof search> {
  if (patched('wait-a-moment')) await sleep(1000);
  return search(...input);
}
