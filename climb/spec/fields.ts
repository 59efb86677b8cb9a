import * as z from 'zod/mini';

/** Fields that recur in the search file, each with its bounds and its sentence of documentation. */

export const count = (minimum: number, maximum: number, description: string) =>
  z.int().check(z.minimum(minimum), z.maximum(maximum), z.describe(description));
export const share = (description: string) => z.number().check(z.minimum(0), z.maximum(1), z.describe(description));
export const text = (description: string) =>
  z.string().check(z.minLength(1), z.maxLength(4096), z.describe(description));

/** A part of the file that may be left out: then every field in it has its default. */
export const part = <Shape extends z.core.$ZodShape>(shape: Shape) => z.prefault(z.strictObject(shape), {} as never);

export const shapeField = {
  width: count(8, 16_384, 'model width'),
  layers: count(1, 256, 'transformer blocks'),
  heads: count(1, 256, 'attention heads; divides the width'),
};
export const trainingTokens = (description: string) => count(1, Number.MAX_SAFE_INTEGER, description);
