import { Worker } from 'node:worker_threads';
import type { TableSearch } from './ranks.ts';
import type { Setting, Task } from './tasks.ts';

const program = new URL('./thread-start.mjs', import.meta.url);

/**
 * Does every task, so many at once, each in a thread.
 * @returns the answers in the order of the tasks, whichever came first
 * @throws what a thread throws
 */
export async function inThreads(
  setting: Setting,
  tasks: readonly Task[],
  threads: number,
): Promise<(number | TableSearch)[]> {
  const answers: (number | TableSearch)[] = [];
  let next = 0;
  const lane = async () => {
    const thread = new Worker(program, { workerData: setting, execArgv: [] });
    try {
      while (next < tasks.length) {
        const at = next++;
        answers[at] = await answerOf(thread, tasks[at]!);
      }
    } finally {
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, lane));
  return answers;
}

function answerOf(thread: Worker, task: Task): Promise<number | TableSearch> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      thread.off('message', answered).off('error', failed).off('exit', ended);
      end();
    };
    const answered = (answer: number | TableSearch) => settle(() => resolve(answer));
    const failed = (error: Error) => settle(() => reject(error));
    const ended = (code: number) =>
      failed(new Error(`a thread of the bench ended with exit ${code} before it answered`));
    thread.on('message', answered).on('error', failed).on('exit', ended);
    thread.postMessage(task);
  });
}
