import { open } from 'node:fs/promises';
import * as z from 'zod/mini';
import { InvalidInput } from '../climb/problem.ts';
import { parse } from '../climb/schema-problems.ts';
import type { TensorInfo } from '../climb/spec/checkpoint-rules.ts';

/** A file that isn't what it should be: nothing is tried again until somebody changed it or the search file. */
export class BadCheckpoint extends Error {
  override name = 'BadCheckpoint';
}

/** The format's own limit (github.com/huggingface/safetensors): a longer header is no header. */
const longestHeader = 100_000_000;

const count = z.int().check(z.minimum(0));
const header = z.record(
  z.string(),
  z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) }),
);

/**
 * The tensors that a safetensors file describes, by name: its header alone is read.
 * @param name the file's, for messages
 * @throws BadCheckpoint for another format, and for a file that ends before its tensors do
 */
export async function readTensors(location: string, name: string): Promise<Map<string, TensorInfo>> {
  const refuse = (found: string): never => {
    throw new BadCheckpoint(
      `${name}: expected safetensors (a length of 8 bytes, a JSON header, the tensors), found ${found}; name a file as the trainer writes it to members/`,
    );
  };
  const file = await open(location, 'r');
  try {
    const { size } = await file.stat();
    const { buffer: prefix, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    if (bytesRead < 8) return refuse(`${bytesRead} bytes`);
    const length = Number(prefix.readBigUInt64LE());
    if (length > longestHeader || 8 + length > size) return refuse(`${size} bytes and a header of ${length}`);
    const { buffer: text } = await file.read(Buffer.alloc(length), 0, length, 8);
    const { __metadata__: _, ...described } = parsed(text.toString('utf8'), refuse);
    const tensors = checked(described, refuse);
    const end = Math.max(0, ...Object.values(tensors).map(({ data_offsets: [, to] }) => to));
    if (8 + length + end !== size) return refuse(`${size} bytes where its tensors end at ${8 + length + end}`);
    return new Map(Object.entries(tensors).map(([tensor, { dtype, shape }]) => [tensor, { dtype, shape }]));
  } finally {
    await file.close();
  }
}

function parsed(text: string, refuse: (found: string) => never): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch (error) {
    return refuse(`a header that isn't JSON (${(error as Error).message})`);
  }
}

function checked(value: unknown, refuse: (found: string) => never): z.output<typeof header> {
  try {
    return parse(header, value, 'the header');
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const { path, message } = error.problems[0]!;
    return refuse(`a header in which ${path} is wrong (${message})`);
  }
}
