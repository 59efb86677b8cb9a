import { sizeName } from './ladder.ts';
import type { ProxyModel } from './proxy-presets.ts';

/** A tensor as the header of a safetensors file describes it. */
export type TensorInfo = { readonly dtype: string; readonly shape: readonly number[] };

/** The weights of a model as the trainer writes them (trainer/climb_trainer/model.py): names, and shapes [in, out]. */
export function expectedTensors({ width, layers, vocab }: ProxyModel): Map<string, TensorInfo> {
  const tensor = (name: string, ...shape: number[]) => [name, { dtype: 'F32', shape }] as const;
  const blocks = Array.from({ length: layers }, (_, layer) => [
    tensor(`${layer}.qkv`, width, 3 * width),
    tensor(`${layer}.out`, width, width),
    tensor(`${layer}.up`, width, 4 * width),
    tensor(`${layer}.down`, 4 * width, width),
  ]);
  return new Map([tensor('embed', vocab, width), ...blocks.flat(), tensor('head', width, vocab)]);
}

/** A wrong shape makes every tensor wrong: so many are named. */
const namedTensors = 5;

/** Why proxies of this shape can't start from these weights, in a sentence, or null: they can. */
export function checkpointProblem(
  file: string,
  found: ReadonlyMap<string, TensorInfo>,
  model: ProxyModel,
): string | null {
  const expected = expectedTensors(model);
  const wrong = [...new Set([...expected.keys(), ...found.keys()])].flatMap((name) => {
    const [want, got] = [described(expected.get(name)), described(found.get(name))];
    return want === got ? [] : [`${name}: expected ${want}, found ${got}`];
  });
  if (wrong.length === 0) return null;
  const more = wrong.length > namedTensors ? `; and ${wrong.length - namedTensors} more` : '';
  return `${file} doesn't hold the weights of this proxy (${sizeName(model)}, vocabulary ${model.vocab}), so that none could start from it: ${wrong.slice(0, namedTensors).join('; ')}${more}; give proxy.model the shape of the checkpoint, or name another one`;
}

const described = (tensor: TensorInfo | undefined) =>
  tensor === undefined ? 'none' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
