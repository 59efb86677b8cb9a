import { parentPort } from 'node:worker_threads';
import type { ComputeReply, ComputeRequest } from './compute.ts';
import { computeFunctions } from './compute-functions.ts';

/** Buffers worth moving instead of copying: those of typed arrays that the result is, or holds two levels deep. */
function transferable(result: unknown): ArrayBuffer[] {
  return [...new Set(buffersOf(result, 2))];
}

function buffersOf(value: unknown, depth: number): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => buffersOf(inner, depth - 1));
}

/** Cloning an error would lose what tells it apart: the name of its class, and the fields that come with it. */
function describe(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { ...error, name, message, stack };
}

const port = parentPort;
if (port === null)
  throw new Error('compute-thread.ts was started as a program; it only works as a thread of the Compute pool');
const reply = (message: ComputeReply, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

port.on('message', ({ name, input }: ComputeRequest) => {
  try {
    const compute = computeFunctions[name] as (input: unknown, progress: (done: unknown) => void) => unknown;
    const result = compute(input, (done) => reply({ kind: 'progress', done }));
    reply({ kind: 'result', result }, transferable(result));
  } catch (error) {
    reply({ kind: 'error', error: describe(error) });
  }
});
