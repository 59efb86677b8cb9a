import { expectedTensors, type TensorInfo } from '../../climb/spec/checkpoint-rules.ts';
import type { ProxyModel } from '../../climb/spec/proxy-presets.ts';

/** A safetensors file of these tensors, every weight 0. */
export function safetensors(tensors: ReadonlyMap<string, TensorInfo>): Buffer {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape }]) => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, 4);
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, Buffer.alloc(end)]);
}

export const checkpointOf = (model: ProxyModel): Buffer => safetensors(expectedTensors(model));

/** A tokenizer.json with so many tokens, as far as a search looks at it. */
export const tokenizerOf = (size: number): string =>
  JSON.stringify({
    model: { type: 'BPE', vocab: Object.fromEntries(Array.from({ length: size - 1 }, (_, id) => [`t${id}`, id])) },
    added_tokens: [{ id: size - 1, content: '<|bos|>' }],
  });
