import { open, type FileHandle } from 'node:fs/promises';
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

/** What a file holds: its tensors by name, and the first of them with a NaN or an infinity, if any. */
export type Checkpoint = { readonly tensors: Map<string, TensorInfo>; readonly notFinite: string | undefined };

const bytesOf: Readonly<Record<string, number>> = { F32: 4 };
const blockBytes = 4 << 20;

/**
 * Reads a safetensors file once, in blocks. Values are looked at in float32 tensors alone: others are refused by their
 * dtype.
 * @param name the file's, for messages
 * @throws BadCheckpoint for another format, and for a file whose header doesn't fit what follows it
 */
export async function readCheckpoint(location: string, name: string): Promise<Checkpoint> {
  const refuse = (found: string): never => {
    throw new BadCheckpoint(
      `${name}: expected safetensors (a length of 8 bytes, a JSON header, the tensors), found ${found}; name a file as the trainer writes it to members/`,
    );
  };
  const file = await open(location, 'r');
  try {
    const { start, tensors } = await readHeader(file, refuse);
    let notFinite: string | undefined;
    for (const [
      tensor,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ] of Object.entries(tensors)) {
      const bytes = shape.reduce((product, length) => product * length, bytesOf[dtype] ?? NaN);
      if (Number.isNaN(bytes)) continue;
      if (to - from !== bytes) refuse(`${to - from} bytes for ${tensor}, whose shape takes ${bytes}`);
      notFinite ??= (await isFiniteBetween(file, start + from, start + to)) ? undefined : tensor;
    }
    const described = Object.entries(tensors).map(([tensor, { dtype, shape }]) => [tensor, { dtype, shape }] as const);
    return { tensors: new Map(described), notFinite };
  } finally {
    await file.close();
  }
}

/** The header, and where the tensors begin. */
async function readHeader(file: FileHandle, refuse: (found: string) => never) {
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
  return { start: 8 + length, tensors };
}

/** Whether every float32 of these bytes is finite. */
async function isFiniteBetween(file: FileHandle, from: number, to: number): Promise<boolean> {
  for (let at = from; at < to; at += blockBytes) {
    const bytes = Math.min(blockBytes, to - at);
    const { buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
    if (!new Float32Array(buffer.buffer, buffer.byteOffset, bytes / 4).every(Number.isFinite)) return false;
  }
  return true;
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
