/** A search that waits a moment before it begins: a command that no recorded history has. */
import { sleep } from '@temporalio/workflow';
import { climbSearch as search } from '../../../workflows/index.ts';

export async function climbSearch(...input: Parameters<typeof search>): ReturnType<typeof search> {
  await sleep(1000);
  return search(...input);
}
